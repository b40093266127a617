// The little of ncurses that the cockpit needs, and what must be done in C around it: Swift cannot import stdscr,
// attributes or key macros, and a signal handler must not run Swift. Nothing of ncurses' own header is exported.
#ifndef NARWHAL_CNCURSES_H
#define NARWHAL_CNCURSES_H
#include <stdint.h>
#include <termios.h>

/// Attributes for narwhal_screen_put.
enum {
    NARWHAL_BOLD = 1,
    NARWHAL_DIM = 2,
    NARWHAL_REVERSE = 4,
    NARWHAL_UNDERLINE = 8,
};

/// Takes the locale of the environment. 1 if its characters are UTF-8, else 0.
int narwhal_locale_is_utf8(void);

/// Starts ncurses for a terminal type of so many rows and columns; its bytes go to output, input is never read.
/// 0; -1 when the type is unknown, -2 when it cannot place its cursor.
int narwhal_screen_open(const char *type, int output, int input, int rows, int columns);
/// The number of colors the terminal type has; 0 for none.
int narwhal_screen_colors(void);
/// Sets a color pair from 1 on; -1 is the terminal's own color. 0, or -1 when there are no more pairs.
int narwhal_screen_set_pair(int pair, int foreground, int background);
/// Puts one glyph (with up to two marks, else 0) of width 1 or 2 down. A glyph that the C library believes to have
/// another width, or cannot show in this locale, is replaced by a question mark.
void narwhal_screen_put(
    int row, int column, uint32_t base, uint32_t first_mark, uint32_t second_mark, int width, int attributes,
    int pair);
/// Where the cursor rests; hidden if row is below 0.
void narwhal_screen_set_cursor(int row, int column);
/// Writes what changed to the output.
void narwhal_screen_flush(void);
/// Takes a new size, without asking the terminal.
void narwhal_screen_resize(int rows, int columns);
/// The next flush writes everything.
void narwhal_screen_forget(void);
/// Writes what leaves the screen as it was before; the next flush enters again.
void narwhal_screen_leave(void);
/// Ends ncurses.
void narwhal_screen_close(void);

/// Remembers how to restore the terminal on fd, and does so when the process dies of SIGSEGV, SIGBUS, SIGILL,
/// SIGFPE, SIGTRAP or SIGABRT; then what was set before for that signal happens. At most 512 bytes of reset.
void narwhal_guard_arm(int fd, const struct termios *original, const uint8_t *reset, int count);
/// The terminal has been restored: nothing to do on a crash any more.
void narwhal_guard_disarm(void);

/// Turns SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT and SIGWINCH into bytes (the signal number) on a pipe, whose
/// reading end is returned; -1 with errno. SIGPIPE is ignored. A second SIGTERM or SIGINT that nobody has read
/// restores the terminal and ends the process at once.
int narwhal_signals_open(void);
/// The reader has taken the signals: it is alive.
void narwhal_signals_taken(void);

/// An anonymous file in memory, close-on-exec; -1 with errno.
int narwhal_memory_file(void);
/// Rows and columns of a terminal. 0, or -1 when unknown.
int narwhal_terminal_size(int fd, int *rows, int *columns);
#endif
