/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* blehubctl: everything is in a library of its own, so that tests link what is shipped. */
#include "ctl.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    g_auto(GStrv) args = g_strdupv(argv);

    setvbuf(stdout, NULL, _IOLBF, 0); /* whole lines also into a pipe, while a scan runs */
    return bh_ctl_run(&args);
}
