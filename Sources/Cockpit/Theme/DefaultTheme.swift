/// The text of `themes/default.theme`, so that the program needs no file; a test keeps the two equal.
let defaultThemeText = """
    # Blue gains and orange losses: told apart by people of every color vision.
    #
    # role = any color | 256 colors | 16 colors | no color. A look left out is derived from the first one.
    # A look is: [color] [on color] [bold] [dim] [reverse] [underline]; colors are #rrggbb, 0-255, default,
    # or a name from black to bright-white.

    # Plain matter.

    # Ordinary values and words; its background is that of the whole screen.
    text = #d0d4da on #0e1116 | | white on black | plain
    # Labels, units, and what is there only for completeness.
    dim = #8a919c | | bright-black | dim
    # What is read first within a pane.
    emphasis = #ffffff bold | | bright-white bold | bold
    # Titles of panes.
    title = #7fd1e8 bold | | bright-cyan bold | bold
    # Lines and frames around panes.
    border = #4a515c | | bright-black | dim
    # Headings of table columns.
    heading = #8a919c | | bright-black | dim
    # The row or item that keys act on.
    selection = #ffffff on #264f78 bold | | reverse | reverse
    # Names of keys in hints and help.
    key = #7fd1e8 bold | | bright-cyan bold | bold
    # The line one types into.
    prompt = #ffffff underline | | bright-white underline | underline
    # Times of day and ages.
    time = #8a919c | | bright-black | dim
    # What a search found.
    match = #101010 on #f0e442 | | reverse | reverse

    # Money: the sign is always written too.

    # Gains.
    profit = #56b4e9 | | bright-blue | bold
    # Losses.
    loss = #f5a030 | | yellow | underline
    # A result of exactly nothing.
    even = #d0d4da | | white | plain

    # Who trades, and which way: the side is always written too.

    # Taker buys, bids.
    buy = #56b4e9 | | bright-blue | plain
    # Taker sells, asks.
    sell = #f5a030 | | yellow | plain
    # Long positions and signals.
    long = #56b4e9 | | bright-blue | plain
    # Short positions and signals.
    short = #f5a030 | | yellow | plain
    # Flow of orders at or above the whale threshold.
    whale = #cc9cf0 bold | | bright-magenta bold | bold
    # Flow of orders below it.
    retail = #9fb8c8 | | cyan | plain
    # Whales and retail disagree.
    divergence = #f0e442 bold | | bright-yellow bold | bold underline

    # The map of prices.

    # Clusters of short liquidations, above the mark.
    magnet-short = #56b4e9 | | bright-blue | plain
    # Clusters of long liquidations, below the mark.
    magnet-long = #f5a030 | | yellow | plain
    # The mark price.
    mark = #ffffff bold | | bright-white bold | bold
    # Our entry price.
    entry = #7fd1e8 | | bright-cyan | plain
    # Our stop, as the exchange has it.
    stop = #f0e442 | | bright-yellow | underline
    # Our take-profit target.
    target = #7fd1e8 | | bright-cyan | plain

    # How sure we are.

    # Confirmed and within limits.
    ok = #7fd1e8 | | bright-cyan | plain
    # Near a limit, or late.
    warning = #f0e442 bold | | bright-yellow bold | bold underline
    # Beyond a limit: look now.
    alarm = #ffffff on #d55e00 bold | | bright-white on red bold | reverse bold
    # A value whose source is silent.
    stale = #8a919c dim | | bright-black dim | dim
    # No value, nothing known.
    unknown = #8a919c | | bright-black | dim

    # Guards and held exits.

    # A guard that lets through.
    pass = #8a919c | | bright-black | plain
    # A guard that refuses, and what it refused.
    block = #f0e442 bold | | bright-yellow bold | bold
    # A position that wants out and is held.
    held = #f0e442 | | bright-yellow | bold underline

    # Charts.

    # The drawn quantity under its threshold.
    chart = #56b4e9 | | bright-blue | plain
    # The drawn quantity above its threshold.
    chart-over = #f5a623 bold | | bright-yellow bold | bold
    # A second drawn quantity.
    chart-second = #9fb8c8 | | cyan | dim
    # Scales of charts.
    axis = #8a919c | | bright-black | dim
    # The threshold in a chart.
    threshold = #f0e442 | | yellow | dim
    # The gap of a sweep chart.
    cursor = #4a515c | | bright-black | dim

    # Loud things.

    # Full-width messages: no link, frozen.
    banner = #ffffff on #d55e00 bold | | bright-white on red bold | reverse bold
    # The bar that opens after K.
    guard-bar = #101010 on #f0e442 bold | | black on yellow bold | reverse bold
    # A step of a command that was reached.
    rung-done = #7fd1e8 bold | | bright-cyan bold | bold
    # A step that is awaited.
    rung-waiting = #8a919c | | bright-black | dim

    # Modes: the word is always written too.

    # Real money.
    mode-live = #ffffff on #d55e00 bold | | bright-white on red bold | reverse bold
    # A real exchange, play money.
    mode-testnet = #f0e442 bold | | bright-yellow bold | bold
    # Fills simulated by us.
    mode-paper = #7fd1e8 bold | | bright-cyan bold | bold
    # Decisions only, nothing is sent.
    mode-shadow = #9fb8c8 bold | | cyan bold | bold
    # A recorded session shown again.
    mode-replay = #cc9cf0 bold | | bright-magenta bold | bold underline

    """
