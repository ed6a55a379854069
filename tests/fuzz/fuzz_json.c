/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/json: whatever is taken can be read, and is written and read again
 * without loss.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/json.h"
#include "cognito/json_scan.h"
#include "cognito/json_write.h"
#include "tests/fuzz/target.h"

/* Every text of an array survives a round through the writer. */
static void
write_again(const char *text)
{
    struct cog_json_writer writer = COG_JSON_WRITER_EMPTY;
    struct cog_json *back = NULL;
    const char *same = NULL;

    cog_json_open(&writer, NULL);
    cog_json_put_text(&writer, "a", text);
    cog_json_close(&writer);
    if (writer.status != COG_OK ||
        cog_json_parse(writer.text.data, writer.text.len, &back) != COG_OK ||
        cog_json_text(back, "a", SIZE_MAX, &same) != COG_OK ||
        strcmp(same, text) != 0)
        abort();
    cog_json_free(back);
    cog_json_writer_clear(&writer);
}

static void
read_object(const struct cog_json *object)
{
    static const char *const keys[] = {"", "a", "b", "kid", "keys"};
    const struct cog_json *inner = NULL;
    const char *text = NULL;
    int64_t number;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (cog_json_text(object, keys[i], SIZE_MAX, &text) == COG_OK)
            write_again(text);
        if (cog_json_integer(object, keys[i], &number) == COG_OK &&
            (number < 0 || number > INT64_C(1) << 53))
            abort();
        (void) cog_json_true(object, keys[i]);
        if (cog_json_object(object, keys[i], &inner) == COG_OK)
            read_object(inner);
        if (cog_json_array(object, keys[i], &inner) == COG_OK) {
            for (size_t j = 0; j < cog_json_count(inner); j++)
                (void) cog_json_text_at(inner, j, 10, &text);
        }
    }
}

/*
 * What can be read has no half characters, and is left as it is. What cannot
 * may be readable then, and stays so.
 */
static void
blank_halves(const uint8_t *data, size_t size, bool is_read)
{
    struct cog_json *document = NULL;
    char *bytes = malloc(size + 1);

    if (bytes == NULL)
        abort();
    memcpy(bytes, data, size);
    cog_json_blank_halves(bytes, size);
    if (is_read && memcmp(bytes, data, size) != 0)
        abort();
    if (cog_json_parse(bytes, size, &document) == COG_OK)
        read_object(document);
    cog_json_free(document);
    free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cog_json *document = NULL;
    bool is_read =
        cog_json_parse((const char *) data, size, &document) == COG_OK;

    if (is_read)
        read_object(document);
    cog_json_free(document);
    blank_halves(data, size, is_read);
    document = NULL;
    (void) cog_json_parse_array((const char *) data, size, &document);
    cog_json_free(document);
    return 0;
}
