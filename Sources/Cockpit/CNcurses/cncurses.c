#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "include/cncurses_narwhal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

// MARK: Screen

static SCREEN *screen;
static FILE *screen_output;
static FILE *screen_input;

int narwhal_locale_is_utf8(void) {
    if (setlocale(LC_CTYPE, "") == NULL) return 0;
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int narwhal_screen_open(const char *type, int output, int input, int rows, int columns) {
    // ncurses asks its output for the size; a file in memory has none, but these two variables are believed.
    char *old_lines = getenv("LINES") ? strdup(getenv("LINES")) : NULL;
    char *old_columns = getenv("COLUMNS") ? strdup(getenv("COLUMNS")) : NULL;
    char number[16];
    snprintf(number, sizeof number, "%d", rows);
    setenv("LINES", number, 1);
    snprintf(number, sizeof number, "%d", columns);
    setenv("COLUMNS", number, 1);

    screen_output = fdopen(dup(output), "w");
    screen_input = fdopen(dup(input), "r");
    if (screen_output != NULL && screen_input != NULL) screen = newterm(type, screen_output, screen_input);

    if (old_lines) setenv("LINES", old_lines, 1);
    else unsetenv("LINES");
    if (old_columns) setenv("COLUMNS", old_columns, 1);
    else unsetenv("COLUMNS");
    free(old_lines);
    free(old_columns);
    if (screen == NULL) return -1;
    if (tigetstr("cup") == NULL || tigetstr("cup") == (char *)-1) return -2;
    start_color();
    use_default_colors();
    typeahead(-1);
    nonl();
    curs_set(0);
    keypad(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    resize_term(rows, columns);
    return 0;
}

int narwhal_screen_colors(void) { return has_colors() ? COLORS : 0; }

int narwhal_screen_set_pair(int pair, int foreground, int background) {
    if (pair < 1 || pair >= COLOR_PAIRS || pair > 32767) return -1;
    return init_pair((short)pair, (short)foreground, (short)background) == OK ? 0 : -1;
}

void narwhal_screen_put(
    int row, int column, uint32_t base, uint32_t first_mark, uint32_t second_mark, int width, int attributes,
    int pair) {
    attr_t attrs = A_NORMAL;
    if (attributes & NARWHAL_BOLD) attrs |= A_BOLD;
    if (attributes & NARWHAL_DIM) attrs |= A_DIM;
    if (attributes & NARWHAL_REVERSE) attrs |= A_REVERSE;
    if (attributes & NARWHAL_UNDERLINE) attrs |= A_UNDERLINE;

    wchar_t text[4] = {(wchar_t)base, 0, 0, 0};
    int count = 1;
    // ncurses trusts the C library's widths: where it disagrees with ours the rest of the line would shift.
    int is_known = wcwidth((wchar_t)base) == width;
    if (!is_known) text[0] = L'?';
    if (is_known && first_mark && wcwidth((wchar_t)first_mark) == 0) text[count++] = (wchar_t)first_mark;
    if (is_known && second_mark && wcwidth((wchar_t)second_mark) == 0) text[count++] = (wchar_t)second_mark;

    cchar_t cell;
    if (setcchar(&cell, text, attrs, (short)pair, NULL) != OK) return;
    mvwadd_wchnstr(stdscr, row, column, &cell, 1);
    if (!is_known && width == 2) {
        wchar_t blank[2] = {L' ', 0};
        if (setcchar(&cell, blank, attrs, (short)pair, NULL) == OK) {
            mvwadd_wchnstr(stdscr, row, column + 1, &cell, 1);
        }
    }
}

static int cursor_is_shown;

void narwhal_screen_set_cursor(int row, int column) {
    int show = row >= 0;
    if (show != cursor_is_shown) {
        curs_set(show);
        cursor_is_shown = show;
    }
    if (show) wmove(stdscr, row, column);
    else wmove(stdscr, 0, 0);
}

void narwhal_screen_flush(void) { wrefresh(stdscr); }

void narwhal_screen_resize(int rows, int columns) { resize_term(rows, columns); }

void narwhal_screen_forget(void) {
    clearok(curscr, TRUE);
}

void narwhal_screen_leave(void) {
    curs_set(1);
    cursor_is_shown = 1;
    endwin();
}

void narwhal_screen_close(void) {
    if (screen == NULL) return;
    delscreen(screen);
    screen = NULL;
    if (screen_output) fclose(screen_output);
    if (screen_input) fclose(screen_input);
    screen_output = NULL;
    screen_input = NULL;
}

// MARK: Guard. What runs in a handler uses async-signal-safe calls only.

static volatile sig_atomic_t guard_is_armed;
static int guard_fd = -1;
static struct termios guard_termios;
static uint8_t guard_reset[512];
static int guard_count;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
enum { FATAL_COUNT = sizeof fatal_signals / sizeof fatal_signals[0] };
static struct sigaction previous_actions[FATAL_COUNT];
static int fatal_handlers_are_set;

static void restore_terminal(void) {
    if (!guard_is_armed) return;
    guard_is_armed = 0;
    int done = 0;
    // A terminal that takes nothing must not keep a dead process alive: the tries are bounded.
    for (int tries = 0; done < guard_count && tries < 16; tries++) {
        ssize_t written = write(guard_fd, guard_reset + done, (size_t)(guard_count - done));
        if (written > 0) done += (int)written;
        else if (written < 0 && errno != EINTR) break;
    }
    tcsetattr(guard_fd, TCSANOW, &guard_termios);
}

static void fatal(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    int saved = errno;
    restore_terminal();
    for (int i = 0; i < FATAL_COUNT; i++) {
        if (fatal_signals[i] == signal_number) sigaction(signal_number, &previous_actions[i], NULL);
    }
    // A fault happens again when we return; a signal that somebody sent does not.
    if (info == NULL || info->si_code <= 0) raise(signal_number);
    errno = saved;
}

void narwhal_guard_arm(int fd, const struct termios *original, const uint8_t *reset, int count) {
    guard_is_armed = 0;
    guard_fd = fd;
    guard_termios = *original;
    guard_count = count < (int)sizeof guard_reset ? count : (int)sizeof guard_reset;
    memcpy(guard_reset, reset, (size_t)guard_count);
    guard_is_armed = 1;
    if (fatal_handlers_are_set) return;
    fatal_handlers_are_set = 1;

    // An overflowed stack can only be reported from another one.
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
        static uint8_t memory[65536];
        stack.ss_sp = memory;
        stack.ss_size = sizeof memory;
        stack.ss_flags = 0;
        sigaltstack(&stack, NULL);
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = fatal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FATAL_COUNT; i++) sigaction(fatal_signals[i], &action, &previous_actions[i]);
}

void narwhal_guard_disarm(void) { guard_is_armed = 0; }

// MARK: Signals

static int signal_pipe[2] = {-1, -1};
static volatile sig_atomic_t end_is_asked;

static void noted(int signal_number) {
    int saved = errno;
    if (signal_number == SIGTERM || signal_number == SIGINT || signal_number == SIGHUP) {
        if (end_is_asked) {
            restore_terminal();
            signal(signal_number, SIG_DFL);
            raise(signal_number);
        }
        end_is_asked = 1;
    }
    uint8_t byte = (uint8_t)signal_number;
    // A full pipe already wakes the reader.
    ssize_t ignored = write(signal_pipe[1], &byte, 1);
    (void)ignored;
    errno = saved;
}

int narwhal_signals_open(void) {
    if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = noted;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (sigaction(signals[i], &action, NULL) != 0) return -1;
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    // Whoever started us may have had them blocked, and that is inherited: we could not be ended any more.
    sigset_t wanted;
    sigemptyset(&wanted);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) sigaddset(&wanted, signals[i]);
    for (int i = 0; i < FATAL_COUNT; i++) sigaddset(&wanted, fatal_signals[i]);
    sigprocmask(SIG_UNBLOCK, &wanted, NULL);
    return signal_pipe[0];
}

void narwhal_signals_taken(void) { end_is_asked = 0; }

// MARK: Files

int narwhal_memory_file(void) { return memfd_create("narwhal-screen", MFD_CLOEXEC); }

int narwhal_terminal_size(int fd, int *rows, int *columns) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}
