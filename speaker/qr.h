/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text as a QR code made of characters, line by line. libqrencode makes
 * the code; this draws it so that it fits a screen of 80 columns and 24
 * lines with room for a prompt.
 */
#ifndef COG_SPEAKER_QR_H
#define COG_SPEAKER_QR_H

#include <stdbool.h>

enum cog_qr_style {
    COG_QR_BLOCKS,  /* half blocks, light ones drawn: for a dark screen */
    COG_QR_INVERSE, /* half blocks, dark ones drawn: for a light screen */
    COG_QR_ASCII,   /* "##" for light ones; 39 lines */
    COG_QR_STYLES
};

/* Bytes of one line with its NUL: 43 characters of three bytes, or 78. */
#define COG_QR_LINE_SIZE 160

/*
 * Draw text (a C string), handing each line to line(context, ...), which
 * returns false to stop. False when that happened, when text does not fit
 * such a screen, or without memory. Lines are wiped: the text may be a
 * secret.
 */
bool cog_qr_draw(const char *text, enum cog_qr_style style,
                 bool (*line)(void *context, const char *text), void *context);

#endif
