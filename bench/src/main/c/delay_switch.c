/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A switch that holds every frame for a constant time, for kernels without netem. Its ports are the outer ends of veth pairs whose
 * inner ends lie in the members' network namespaces.
 *
 *   delay_switch MICROSECONDS INTERFACE MAC [INTERFACE MAC ...]
 *
 * Frames keep the kernel's offload header (PACKET_VNET_HDR): segments of 64 kB pass whole and without a checksum, as they do between
 * veth pairs on a bridge, so that what is slow here is the time and not the switch.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_PORTS 64
#define MOST_BYTES (65536 + 256)
#define SLOTS 8192
#define RECEIVE_BUFFER (32 * 1024 * 1024)
#define OFFLOAD_HEADER 10 /* struct virtio_net_hdr */
#define EVERYBODY (-1)

struct frame {
    int64_t due;
    int from;
    int to;
    size_t size;
    char *bytes;
};

static struct frame waiting[SLOTS];
static size_t first, count;
static int sockets[MOST_PORTS];
static unsigned char addresses[MOST_PORTS][ETH_ALEN];
static int ports;
static int64_t delay;

static void fail(const char *what) {
    fprintf(stderr, "delay_switch: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int open_port(const char *interface) {
    int on = 1, buffer = RECEIVE_BUFFER;
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
    if (fd < 0) fail("socket");
    address.sll_ifindex = (int)if_nametoindex(interface);
    if (address.sll_ifindex == 0) fail(interface);
    if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0) fail("PACKET_VNET_HDR");
    /* else it would receive what it sends */
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) fail("PACKET_IGNORE_OUTGOING");
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0) fail("SO_RCVBUFFORCE");
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer) < 0) fail("SO_SNDBUFFORCE");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    return fd;
}

static int port_of(const unsigned char *address) {
    for (int i = 0; i < ports; i++) {
        if (memcmp(addresses[i], address, ETH_ALEN) == 0) return i;
    }
    return EVERYBODY;
}

/* A full queue loses frames, as a switch's does; the senders' TCP sends them again. */
static void receive(int port) {
    while (count < SLOTS) {
        struct frame *frame = &waiting[(first + count) % SLOTS];
        ssize_t size;
        if (frame->bytes == NULL && (frame->bytes = malloc(MOST_BYTES)) == NULL) fail("malloc");
        size = recv(sockets[port], frame->bytes, MOST_BYTES, 0);
        if (size < OFFLOAD_HEADER + ETH_HLEN) return;
        frame->size = (size_t)size;
        frame->from = port;
        frame->to = port_of((unsigned char *)frame->bytes + OFFLOAD_HEADER);
        frame->due = now() + delay;
        count++;
    }
}

static void deliver(const struct frame *frame) {
    for (int i = 0; i < ports; i++) {
        if (i == frame->to || (frame->to == EVERYBODY && i != frame->from)) {
            if (send(sockets[i], frame->bytes, frame->size, 0) < 0 && errno != ENOBUFS && errno != EAGAIN) {
                fprintf(stderr, "delay_switch: a frame of %zu bytes was lost: %s\n", frame->size, strerror(errno));
            }
        }
    }
}

int main(int arguments, char **argument) {
    struct pollfd polled[MOST_PORTS];
    if (arguments < 4 || arguments % 2 != 0 || (ports = (arguments - 2) / 2) > MOST_PORTS) {
        fprintf(stderr, "usage: delay_switch MICROSECONDS INTERFACE MAC [INTERFACE MAC ...]\n");
        return 2;
    }
    delay = atoll(argument[1]) * 1000;
    for (int i = 0; i < ports; i++) {
        unsigned char *mac = addresses[i];
        sockets[i] = open_port(argument[2 + 2 * i]);
        if (sscanf(argument[3 + 2 * i], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
            fprintf(stderr, "delay_switch: '%s' is no hardware address\n", argument[3 + 2 * i]);
            return 2;
        }
        polled[i] = (struct pollfd){.fd = sockets[i], .events = POLLIN};
    }
    /* the default of 50 microseconds would be a tenth of the delay */
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    for (;;) {
        struct timespec wait, *limit = NULL;
        if (count > 0) {
            int64_t left = waiting[first].due - now();
            if (left < 0) left = 0;
            wait = (struct timespec){.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
            limit = &wait;
        }
        if (ppoll(polled, (nfds_t)ports, limit, NULL) < 0 && errno != EINTR) fail("poll");
        for (int i = 0; i < ports; i++) {
            if (polled[i].revents != 0) receive(i);
        }
        while (count > 0 && waiting[first].due <= now()) {
            deliver(&waiting[first]);
            first = (first + 1) % SLOTS;
            count--;
        }
    }
}
