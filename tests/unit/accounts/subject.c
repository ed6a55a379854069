/* SPDX-License-Identifier: Apache-2.0 */
/* A file of accounts/ that a test damages; see the header. */
#include "tests/unit/accounts/subject.h"
#include "tests/unit/accounts/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct subject
open_subject(const char *path)
{
    struct subject subject;

    subject.bytes = read_bytes(path, &subject.len);
    subject.fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(subject.fd >= 0);
    return subject;
}

void
close_subject(struct subject *subject)
{
    assert_int_equal(close(subject->fd), 0);
    free(subject->bytes);
}
