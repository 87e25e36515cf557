/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the launcher under test executes in place of blehubd: says how it was called, one argument a
 * line, and which capabilities it has.
 */
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "re");

    for (int i = 1; i < argc; i++)
        printf("%s\n", argv[i]);
    while (status != NULL && fgets(line, sizeof(line), status) != NULL)
        if (strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
            fputs(line, stdout);
    return status == NULL;
}
