/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds each packet of a netfilter queue for a time, then lets it go on: latency where the kernel has no netem.
 *
 *   delay QUEUE MICROSECONDS
 *
 * Packets keep their order, as each is held for the same time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <libnfnetlink/libnfnetlink.h>
#include <linux/netfilter.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define HELD 16384
/* What waits to be read: a burst of packets would be lost otherwise, and lost packets are another case. */
#define RECEIVED (16 << 20)

static struct {
    uint32_t id;
    int64_t due;
} held[HELD];
static unsigned int first, last;
static int64_t delay_nanos;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int hold(struct nfq_q_handle *queue, struct nfgenmsg *message, struct nfq_data *data, void *nothing) {
    (void)message;
    (void)nothing;
    struct nfqnl_msg_packet_hdr *header = nfq_get_msg_packet_hdr(data);
    uint32_t id = header ? ntohl(header->packet_id) : 0;
    if (last - first == HELD) {
        return nfq_set_verdict(queue, id, NF_ACCEPT, 0, NULL);
    }
    held[last % HELD].id = id;
    held[last % HELD].due = now() + delay_nanos;
    last++;
    return 0;
}

static void release(struct nfq_q_handle *queue) {
    while (first != last && held[first % HELD].due <= now()) {
        nfq_set_verdict(queue, held[first % HELD].id, NF_ACCEPT, 0, NULL);
        first++;
    }
}

static struct timespec until_next(void) {
    int64_t left = first == last ? 1000000000 : held[first % HELD].due - now();
    if (left < 0) {
        left = 0;
    }
    return (struct timespec){.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: delay QUEUE MICROSECONDS\n");
        return 2;
    }
    delay_nanos = atoll(arguments[2]) * 1000;
    struct nfq_handle *handle = nfq_open();
    struct nfq_q_handle *queue =
        handle ? nfq_create_queue(handle, (uint16_t)atoi(arguments[1]), &hold, NULL) : NULL;
    if (!queue || nfq_set_mode(queue, NFQNL_COPY_META, 0) < 0 || nfq_set_queue_maxlen(queue, HELD) < 0) {
        perror("delay: cannot take the queue");
        return 1;
    }
    nfnl_rcvbufsiz(nfq_nfnlh(handle), RECEIVED);
    struct pollfd readable = {.fd = nfq_fd(handle), .events = POLLIN};
    static char buffer[65536] __attribute__((aligned));
    while (1) {
        struct timespec wait = until_next();
        ppoll(&readable, 1, &wait, NULL);
        ssize_t size;
        while ((size = recv(readable.fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
            nfq_handle_packet(handle, buffer, (int)size);
        }
        if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS && errno != EINTR) {
            perror("delay: cannot read the queue");
            return 1;
        }
        release(queue);
    }
}
