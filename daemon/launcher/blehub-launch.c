/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Opens and binds the kernel's Bluetooth management socket, gives up every capability, and becomes
 * blehubd, which gets the socket. The kernel asks for CAP_NET_ADMIN when the socket is bound and
 * never again, so blehubd needs no capability and has none.
 *
 * Without the right, or without Bluetooth in the kernel, blehubd is executed without a socket: it
 * does what it can without. Failing to give up a capability is the one thing that ends here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the kernel's Bluetooth interface, which has no installed header. */
#define PROTOCOL_HCI 1
#define DEVICE_NONE 0xffff
#define CHANNEL_CONTROL 3

struct hci_address {
    sa_family_t family;
    unsigned short device;
    unsigned short channel;
};

/* More than blehubd may ask for: room for what comes while it does something else. */
#define RECEIVE_BUFFER (4 * 1024 * 1024)

/* Returns the socket, -1 with errno if there is none. */
static int
open_socket(void)
{
    const struct hci_address address = {AF_BLUETOOTH, DEVICE_NONE, CHANNEL_CONTROL};
    const int size = RECEIVE_BUFFER;
    int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_NONBLOCK, PROTOCOL_HCI);

    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    return fd;
}

/* Where this was started without standard input, output or error, the socket has got its number,
 * and blehubd would take it for that. */
static int
move_above_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int moved = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
    int reason = errno;
    close(fd);
    errno = reason;
    return moved;
}

/* Effective, permitted and inheritable; and ambient, which go with the latter. That is not enough:
 * who executes a program as root, or one with capabilities in its file, gets them (back) at that
 * moment. No new privileges means none of that, for blehubd and all that comes after it. */
static int
drop_capabilities(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_capset, &header, none);
}

/* fd < 0: without a socket. Returns only on failure. */
static void
execute(int fd, int argc, char **argv)
{
    char option[32];
    char **arguments = calloc((size_t)argc + 3, sizeof(char *));
    int n = 0;

    if (arguments == NULL)
        return;
    arguments[n++] = (char *)BH_BLEHUBD;
    if (fd >= 0) {
        snprintf(option, sizeof(option), "--mgmt-fd=%d", fd);
        arguments[n++] = option;
    }
    for (int i = 1; i < argc; i++)
        arguments[n++] = argv[i];
    execv(BH_BLEHUBD, arguments);
    free(arguments);
}

int
main(int argc, char **argv)
{
    int fd = move_above_standard(open_socket());

    if (fd < 0)
        fprintf(stderr, "blehub-launch: no management socket: %s\n", strerror(errno));
    if (drop_capabilities() < 0) {
        fprintf(stderr, "blehub-launch: capabilities: %s\n", strerror(errno));
        return 1;
    }
    execute(fd, argc, argv);
    fprintf(stderr, "blehub-launch: %s: %s\n", BH_BLEHUBD, strerror(errno));
    return 1;
}
