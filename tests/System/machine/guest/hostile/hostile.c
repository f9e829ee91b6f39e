/*
 * A guest that wishes its store ill. Its command line says how:
 *   attack   rounds of scribbling over the ring page, impossible indices, messages that are none and requests without end; after each round it
 *            asks for reconnection, which a store that offers it grants, and writes the number of rounds to data/rounds
 *   hold     transactions and watches are opened, both rings are filled and left so
 *   still    impossible indices, and no word after that
 * and one that does not:
 *   reset    a soft reset, as a kernel asks for before it gives way to another; then it answers what is typed on its new console
 */
#include <stdint.h>

/* public/io/xs_wire.h */
struct page {
	uint8_t requests[1024], replies[1024];
	uint32_t requests_consumed, requests_produced, replies_consumed, replies_produced, features, connection, error;
};
/* public/io/console.h */
struct console {
	uint8_t typed[1024], said[2048];
	uint32_t typed_consumed, typed_produced, said_consumed, said_produced;
};
struct header { uint32_t type, request, transaction, length; };
enum { DIRECTORY = 1, READ = 2, WATCH = 4, TRANSACTION_START = 6, WRITE = 11, MKDIR = 12, RECONNECTION = 1 };

/* public/xen.h, event_channel.h, sched.h, hvm/hvm_op.h, hvm/params.h */
enum { SCHED_OP = 29, EVENT_CHANNEL_OP = 32, HVM_OP = 34, SCHEDOP_YIELD = 0, SCHEDOP_SHUTDOWN = 2, SHUTDOWN_SOFT_RESET = 5, EVTCHNOP_SEND = 4, HVMOP_GET_PARAM = 1, STORE_PFN = 1, STORE_PORT = 2,
	CONSOLE_PFN = 17, CONSOLE_PORT = 18, MULTIBOOT_LOADER = 0x2badb002, DOMID_SELF = 0x7ff0 };
struct parameter { uint16_t domid; uint32_t index; uint64_t value; };

long hypercall(long number, long first, long second, long third);
extern uint8_t hypercall_page[];

static volatile struct page *page;
static uint32_t port, random_state = 2463534242u;

static uint32_t rnd(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void barrier(void) { __sync_synchronize(); }
static void yield(void) { hypercall(SCHED_OP, SCHEDOP_YIELD, 0, 0); }
static void notify(void) { hypercall(EVENT_CHANNEL_OP, EVTCHNOP_SEND, (long)&port, 0); }

static int has(const char *text, const char *word)
{
	for (; *text; text++) {
		uint32_t at = 0;

		while (word[at] && text[at] == word[at])
			at++;
		if (!word[at])
			return 1;
	}
	return 0;
}

static uint32_t parameter(uint32_t index)
{
	struct parameter parameter = { DOMID_SELF, index, 0 };

	hypercall(HVM_OP, HVMOP_GET_PARAM, (long)&parameter, 0);
	return (uint32_t)parameter.value;
}

/* Puts bytes as a well-behaved kernel does; how many went before the patience ended. */
static uint32_t put(const void *bytes, uint32_t length, int patience)
{
	uint32_t done = 0;

	while (done < length) {
		if (page->requests_produced - page->requests_consumed < 1024) {
			page->requests[page->requests_produced & 1023] = ((const uint8_t *)bytes)[done++];
			barrier();
			page->requests_produced++;
		} else {
			notify();
			if (!patience--)
				return done;
			yield();
		}
	}
	return done;
}

static int ask(uint32_t type, uint32_t transaction, const char *payload, uint32_t length, int patience)
{
	struct header header = { type, 7, transaction, length };
	int whole = put(&header, sizeof header, patience) == sizeof header && put(payload, length, patience) == length;

	notify();
	return whole;
}

/* Takes one message; its type, or -1 if none came. */
static int take(int patience)
{
	struct header header = { 0, 0, 0, 0 };
	uint32_t done = 0;

	while (done < sizeof header + header.length) {
		if (page->replies_produced != page->replies_consumed) {
			uint8_t byte = page->replies[page->replies_consumed & 1023];

			if (done < sizeof header)
				((uint8_t *)&header)[done] = byte;
			done++;
			barrier();
			page->replies_consumed++;
		} else {
			notify();
			if (!patience--)
				return -1;
			yield();
		}
	}
	notify();
	return (int)header.type;
}

static void scribble(void)
{
	for (int i = 0; i < 3000; i++) {
		((volatile uint8_t *)page)[rnd() % (rnd() % 4 ? 2080 : 4096)] = (uint8_t)rnd();
		if (rnd() % 16 == 0)
			notify();
	}
}

static void impossible_indices(void)
{
	for (int i = 0; i < 300; i++) {
		page->requests_produced = rnd() % 2 ? rnd() : page->requests_consumed + 1025 + rnd() % 4096;
		page->replies_consumed = rnd() % 2 ? rnd() : page->replies_produced + 1 + rnd() % 4096;
		notify();
		page->requests_consumed = rnd();
		page->replies_produced = rnd();
		notify();
	}
}

static void messages_that_are_none(void)
{
	struct header header = { rnd() % 64, rnd(), rnd() % 4, rnd() % 3 ? 0xffffffffu : 4097 + rnd() % 100000 };
	char bytes[64];

	for (uint32_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)rnd();
	page->requests_produced = page->requests_consumed;
	put(&header, sizeof header, 10);
	put(bytes, sizeof bytes, 10);
	notify();
}

/* Valid requests, but never a reply taken. */
static void requests_without_end(void)
{
	page->requests_produced = page->requests_consumed;
	page->replies_consumed = page->replies_produced;
	for (int i = 0; i < 200; i++)
		if (!ask(i % 2 ? DIRECTORY : READ, 0, "device", sizeof "device", 50))
			return;
}

static int reconnect(void)
{
	page->connection = 1;
	notify();
	for (int patience = 0; patience < 100000; patience++) {
		if (page->connection == 0)
			return 1;
		yield();
	}
	return 0;
}

static void tell_rounds(uint32_t rounds)
{
	char payload[32] = "data/rounds";
	uint32_t length = sizeof "data/rounds", divisor = 1;

	while (rounds / divisor >= 10)
		divisor *= 10;
	for (; divisor; divisor /= 10)
		payload[length++] = (char)('0' + rounds / divisor % 10);
	ask(WRITE, 0, payload, length, 100000);
	take(100000);
}

static void hold(void)
{
	char watch[] = "data\0token-A";

	for (char token = 'A'; token <= 'Z'; token++) {
		watch[sizeof watch - 2] = token;
		ask(WATCH, 0, watch, sizeof watch, 100000);
		take(100000);
		take(100000);
	}
	for (int i = 0; i < 8; i++) {
		ask(TRANSACTION_START, 0, "", 1, 100000);
		take(100000);
		ask(MKDIR, (uint32_t)i + 1, "data/held", sizeof "data/held", 100000);
		take(100000);
	}
	ask(WRITE, 0, "data/holds\0yes", 14, 100000);
	take(100000);
	for (int i = 0; i < 1000 && ask(DIRECTORY, 0, "", 1, 100); i++)
		;
}

static void say(const char *text)
{
	volatile struct console *console = (volatile struct console *)(parameter(CONSOLE_PFN) << 12);
	uint32_t to = parameter(CONSOLE_PORT);

	for (; *text; text++) {
		while (console->said_produced - console->said_consumed == sizeof console->said)
			yield();
		console->said[console->said_produced & 2047] = (uint8_t)*text;
		barrier();
		console->said_produced++;
	}
	hypercall(EVENT_CHANNEL_OP, EVTCHNOP_SEND, (long)&to, 0);
}

/* The shutdown returns once the toolstack has made store and console anew: the same pages, other ports. */
static void reset(void)
{
	volatile struct console *console = (volatile struct console *)(parameter(CONSOLE_PFN) << 12);
	uint32_t reason = SHUTDOWN_SOFT_RESET, to;

	say("GUEST: before the reset\r\n");
	while (console->said_consumed != console->said_produced)
		yield();
	hypercall(SCHED_OP, SCHEDOP_SHUTDOWN, (long)&reason, 0);
	page = (volatile struct page *)(parameter(STORE_PFN) << 12);
	port = parameter(STORE_PORT);
	ask(WRITE, 0, "data/reset\0done", 15, 100000);
	take(100000);
	say("GUEST: after the reset\r\n");
	for (console = (volatile struct console *)(parameter(CONSOLE_PFN) << 12);; yield()) {
		char text[] = "HEARD: ?\r\n";

		while (console->typed_consumed != console->typed_produced) {
			text[7] = (char)console->typed[console->typed_consumed & 1023];
			barrier();
			console->typed_consumed++;
			to = parameter(CONSOLE_PORT);
			hypercall(EVENT_CHANNEL_OP, EVTCHNOP_SEND, (long)&to, 0);
			say(text);
		}
	}
}

void hostile(const uint8_t *start_info, uint32_t loader)
{
	const char *words = (const char *)*(const uint32_t *)(start_info + (loader == MULTIBOOT_LOADER ? 16 : 24));
	uint32_t base = 0x40000000, signature, pages, msr, rest;

	for (;; base += 0x100) {	/* Hyper-V's leaves may come before Xen's */
		__asm__ volatile ("cpuid" : "=a" (rest), "=b" (signature), "=c" (rest), "=d" (rest) : "a" (base));
		if (signature == 0x566e6558)	/* "XenV" */
			break;
		if (base > 0x40010000)
			return;
	}
	__asm__ volatile ("cpuid" : "=a" (pages), "=b" (msr), "=c" (rest), "=d" (rest) : "a" (base + 2));
	__asm__ volatile ("wrmsr" : : "c" (msr), "a" ((uint32_t)hypercall_page), "d" (0) : "memory");
	page = (volatile struct page *)(parameter(STORE_PFN) << 12);
	port = parameter(STORE_PORT);

	if (has(words, "reset"))
		reset();
	if (has(words, "hold"))
		hold();
	if (has(words, "still"))
		impossible_indices();
	for (uint32_t rounds = 1; has(words, "attack"); rounds++) {
		switch (rnd() % 4) {
		case 0: scribble(); break;
		case 1: impossible_indices(); break;
		case 2: messages_that_are_none(); break;
		default: requests_without_end(); break;
		}
		if (!reconnect())
			break;
		tell_rounds(rounds);
	}
	for (;;)
		yield();
}
