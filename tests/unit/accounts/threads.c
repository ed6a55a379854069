/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "tests/unit/accounts/threads.h"

#include <errno.h>
#include <pthread.h>

struct threads threads;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *context);
int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                      void *(*run)(void *), void *context)
{
    if (threads.none)
        return EAGAIN;
    threads.started++;
    return __real_pthread_create(thread, attributes, run, context);
}

void
allow_threads(bool allowed)
{
    threads = (struct threads){.none = !allowed};
}
