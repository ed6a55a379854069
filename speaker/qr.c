/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes on a terminal; see the header. */
#include "speaker/qr.h"

#include <qrencode.h>
#include <string.h>

/*
 * Version 6 has 41 modules a side: with the margin 22 lines of half blocks,
 * which leaves one for a text and one for the prompt. Version 5 in ASCII is
 * 78 columns wide.
 */
#define VERSION_MOST       6
#define VERSION_MOST_ASCII 5

/* Light modules around; the standard asks for 4, readers want less. */
#define MARGIN 1

/* What is drawn for two modules above each other; bit 0: upper drawn. */
static const char *const halves[4] = {" ", "\xe2\x96\x80", "\xe2\x96\x84",
                                      "\xe2\x96\x88"};

static void
free_code(QRcode **code)
{
    if (*code == NULL)
        return;
    explicit_bzero((*code)->data,
                   (size_t) (*code)->width * (size_t) (*code)->width);
    QRcode_free(*code);
}

/* Whether a module is dark; around the code all is light. */
static bool
is_dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return (code->data[row * code->width + column] & 1) != 0;
}

/* One line of characters; each is at most three bytes. */
static void
write_line(const QRcode *code, enum cog_qr_style style, int row,
           char out[COG_QR_LINE_SIZE])
{
    size_t used = 0;

    for (int column = -MARGIN; column < code->width + MARGIN; column++) {
        bool upper = is_dark(code, row, column) == (style == COG_QR_INVERSE);
        bool lower =
            is_dark(code, row + 1, column) == (style == COG_QR_INVERSE);
        const char *text = halves[(upper ? 1 : 0) + (lower ? 2 : 0)];

        if (style == COG_QR_ASCII)
            text = upper ? "##" : "  ";
        else if (row + 1 >= code->width + MARGIN)
            text = halves[upper ? 1 : 0]; /* below the margin: nothing */
        memcpy(out + used, text, strlen(text));
        used += strlen(text);
    }
    out[used] = '\0';
}

bool
cog_qr_draw(const char *text, enum cog_qr_style style,
            bool (*line)(void *context, const char *text), void *context)
{
    __attribute__((cleanup(free_code))) QRcode *code =
        QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    bool ascii = style == COG_QR_ASCII;
    char characters[COG_QR_LINE_SIZE];
    bool fine = true;

    if (code == NULL ||
        code->version > (ascii ? VERSION_MOST_ASCII : VERSION_MOST))
        return false;
    for (int row = -MARGIN; fine && row < code->width + MARGIN;
         row += ascii ? 1 : 2) {
        write_line(code, style, row, characters);
        fine = line(context, characters);
    }
    explicit_bzero(characters, sizeof characters);
    return fine;
}
