/* SPDX-License-Identifier: Apache-2.0 */
/* Many questions about ids; see the header. */
#include "accounts/id_checker.h"

int
cog_id_checker_open(const struct cog_places *places,
                    struct cog_id_checker *checker)
{
    int error = cog_id_table_load_local(&checker->local, &places->local);

    return error != 0 ? error : cog_id_files_open(places, &checker->files);
}

int
cog_id_checker_ask(struct cog_id_checker *checker,
                   const struct cog_id_wish *wish,
                   struct cog_id_conflict *conflict)
{
    struct cog_id_use *mine = NULL;
    int error = cog_id_table_check(&checker->local, wish, &mine, conflict);

    return error != 0 ? error
                      : cog_id_files_check(&checker->files, wish, conflict);
}

void
cog_id_checker_close(struct cog_id_checker *checker)
{
    cog_id_files_close(&checker->files);
    cog_id_table_clear(&checker->local);
}
