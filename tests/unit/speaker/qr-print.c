/* SPDX-License-Identifier: Apache-2.0 */
/* qr-print TEXT STYLE: what the speaker would draw, for qr-t to read. */
#include <stdio.h>

#include "speaker/qr.h"

static bool
print(void *context, const char *text)
{
    (void) context;
    return puts(text) >= 0;
}

int
main(int argc, char **argv)
{
    int style;

    if (argc != 3)
        return 2;
    style = argv[2][0] - '0';
    return cog_qr_draw(argv[1], (enum cog_qr_style) style, print, NULL) ? 0
                                                                        : 1;
}
