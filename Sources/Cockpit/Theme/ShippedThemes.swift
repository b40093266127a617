/// The texts of `themes/*.theme`, so that the program needs no file; a test keeps them equal.
///
/// The first is the one that is used unless another is asked for; the order is that of the `t` key.
let shippedThemeTexts: [(name: String, text: String)] = [
    (
        "default",
        """
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
    ),
    (
        "red-green",
        """
        # Green gains and red losses, as most Western screens have it.
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
        profit = #4fd06a | | bright-green | bold
        # Losses.
        loss = #ff6b68 | | bright-red | underline
        # A result of exactly nothing.
        even = #d0d4da | | white | plain

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = #4fd06a | | bright-green | plain
        # Taker sells, asks.
        sell = #ff6b68 | | bright-red | plain
        # Long positions and signals.
        long = #4fd06a | | bright-green | plain
        # Short positions and signals.
        short = #ff6b68 | | bright-red | plain
        # Flow of orders at or above the whale threshold.
        whale = #cc9cf0 bold | | bright-magenta bold | bold
        # Flow of orders below it.
        retail = #9fb8c8 | | cyan | plain
        # Whales and retail disagree.
        divergence = #f0e442 bold | | bright-yellow bold | bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = #4fd06a | | bright-green | plain
        # Clusters of long liquidations, below the mark.
        magnet-long = #ff6b68 | | bright-red | plain
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
        ok = #4fd06a | | green | plain
        # Near a limit, or late.
        warning = #f0e442 bold | | bright-yellow bold | bold underline
        # Beyond a limit: look now.
        alarm = #ffffff on #c62828 bold | | bright-white on red bold | reverse bold
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
        chart = #8fc7f0 | | bright-cyan | plain
        # The drawn quantity above its threshold.
        chart-over = #ff9f43 bold | | bright-yellow bold | bold
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
        banner = #ffffff on #c62828 bold | | bright-white on red bold | reverse bold
        # The bar that opens after K.
        guard-bar = #101010 on #f0e442 bold | | black on yellow bold | reverse bold
        # A step of a command that was reached.
        rung-done = #4fd06a bold | | green bold | bold
        # A step that is awaited.
        rung-waiting = #8a919c | | bright-black | dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = #ffffff on #c62828 bold | | bright-white on red bold | reverse bold
        # A real exchange, play money.
        mode-testnet = #f0e442 bold | | bright-yellow bold | bold
        # Fills simulated by us.
        mode-paper = #7fd1e8 bold | | bright-cyan bold | bold
        # Decisions only, nothing is sent.
        mode-shadow = #9fb8c8 bold | | cyan bold | bold
        # A recorded session shown again.
        mode-replay = #cc9cf0 bold | | bright-magenta bold | bold underline

        """
    ),
    (
        "red-up",
        """
        # Red gains and green losses, as East Asian screens have it.
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
        profit = #ff6b68 | | bright-red | bold
        # Losses.
        loss = #4fd06a | | bright-green | underline
        # A result of exactly nothing.
        even = #d0d4da | | white | plain

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = #ff6b68 | | bright-red | plain
        # Taker sells, asks.
        sell = #4fd06a | | bright-green | plain
        # Long positions and signals.
        long = #ff6b68 | | bright-red | plain
        # Short positions and signals.
        short = #4fd06a | | bright-green | plain
        # Flow of orders at or above the whale threshold.
        whale = #cc9cf0 bold | | bright-magenta bold | bold
        # Flow of orders below it.
        retail = #9fb8c8 | | cyan | plain
        # Whales and retail disagree.
        divergence = #f0e442 bold | | bright-yellow bold | bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = #ff6b68 | | bright-red | plain
        # Clusters of long liquidations, below the mark.
        magnet-long = #4fd06a | | bright-green | plain
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
        alarm = #ffffff on #b000b0 bold | | bright-white on magenta bold | reverse bold
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
        chart = #8fc7f0 | | bright-cyan | plain
        # The drawn quantity above its threshold.
        chart-over = #ff9f43 bold | | bright-yellow bold | bold
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
        banner = #ffffff on #b000b0 bold | | bright-white on magenta bold | reverse bold
        # The bar that opens after K.
        guard-bar = #101010 on #f0e442 bold | | black on yellow bold | reverse bold
        # A step of a command that was reached.
        rung-done = #7fd1e8 bold | | bright-cyan bold | bold
        # A step that is awaited.
        rung-waiting = #8a919c | | bright-black | dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = #ffffff on #b000b0 bold | | bright-white on magenta bold | reverse bold
        # A real exchange, play money.
        mode-testnet = #f0e442 bold | | bright-yellow bold | bold
        # Fills simulated by us.
        mode-paper = #7fd1e8 bold | | bright-cyan bold | bold
        # Decisions only, nothing is sent.
        mode-shadow = #9fb8c8 bold | | cyan bold | bold
        # A recorded session shown again.
        mode-replay = #cc9cf0 bold | | bright-magenta bold | bold underline

        """
    ),
    (
        "monochrome",
        """
        # No color at all: bold, dim, underline and reverse, and the signs that are always written.
        #
        # role = any color | 256 colors | 16 colors | no color. A look left out is derived from the first one.
        # A look is: [color] [on color] [bold] [dim] [reverse] [underline]; colors are #rrggbb, 0-255, default,
        # or a name from black to bright-white.

        # Plain matter.

        # Ordinary values and words; its background is that of the whole screen.
        text = default
        # Labels, units, and what is there only for completeness.
        dim = default dim
        # What is read first within a pane.
        emphasis = default bold
        # Titles of panes.
        title = default bold
        # Lines and frames around panes.
        border = default dim
        # Headings of table columns.
        heading = default dim
        # The row or item that keys act on.
        selection = default reverse
        # Names of keys in hints and help.
        key = default bold
        # The line one types into.
        prompt = default underline
        # Times of day and ages.
        time = default dim
        # What a search found.
        match = default reverse

        # Money: the sign is always written too.

        # Gains.
        profit = default bold
        # Losses.
        loss = default underline
        # A result of exactly nothing.
        even = default

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = default
        # Taker sells, asks.
        sell = default
        # Long positions and signals.
        long = default
        # Short positions and signals.
        short = default
        # Flow of orders at or above the whale threshold.
        whale = default bold
        # Flow of orders below it.
        retail = default
        # Whales and retail disagree.
        divergence = default bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = default
        # Clusters of long liquidations, below the mark.
        magnet-long = default
        # The mark price.
        mark = default bold
        # Our entry price.
        entry = default
        # Our stop, as the exchange has it.
        stop = default underline
        # Our take-profit target.
        target = default

        # How sure we are.

        # Confirmed and within limits.
        ok = default
        # Near a limit, or late.
        warning = default bold underline
        # Beyond a limit: look now.
        alarm = default reverse bold
        # A value whose source is silent.
        stale = default dim
        # No value, nothing known.
        unknown = default dim

        # Guards and held exits.

        # A guard that lets through.
        pass = default
        # A guard that refuses, and what it refused.
        block = default bold
        # A position that wants out and is held.
        held = default bold underline

        # Charts.

        # The drawn quantity under its threshold.
        chart = default
        # The drawn quantity above its threshold.
        chart-over = default bold
        # A second drawn quantity.
        chart-second = default dim
        # Scales of charts.
        axis = default dim
        # The threshold in a chart.
        threshold = default dim
        # The gap of a sweep chart.
        cursor = default dim

        # Loud things.

        # Full-width messages: no link, frozen.
        banner = default reverse bold
        # The bar that opens after K.
        guard-bar = default reverse bold
        # A step of a command that was reached.
        rung-done = default bold
        # A step that is awaited.
        rung-waiting = default dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = default reverse bold
        # A real exchange, play money.
        mode-testnet = default bold
        # Fills simulated by us.
        mode-paper = default bold
        # Decisions only, nothing is sent.
        mode-shadow = default bold
        # A recorded session shown again.
        mode-replay = default bold underline

        """
    ),
    (
        "light",
        """
        # Dark ink on a light page, for bright rooms; blue gains and burnt-orange losses.
        #
        # role = any color | 256 colors | 16 colors | no color. A look left out is derived from the first one.
        # A look is: [color] [on color] [bold] [dim] [reverse] [underline]; colors are #rrggbb, 0-255, default,
        # or a name from black to bright-white.

        # Plain matter.

        # Ordinary values and words; its background is that of the whole screen.
        text = #22262b on #fbfaf6 | | black on bright-white | plain
        # Labels, units, and what is there only for completeness.
        dim = #6a7078 | | bright-black | dim
        # What is read first within a pane.
        emphasis = #000000 bold | | black bold | bold
        # Titles of panes.
        title = #005a8c bold | | blue bold | bold
        # Lines and frames around panes.
        border = #b4b2a8 | | bright-black | dim
        # Headings of table columns.
        heading = #6a7078 | | bright-black | dim
        # The row or item that keys act on.
        selection = #000000 on #cfe3f5 bold | | reverse | reverse
        # Names of keys in hints and help.
        key = #005a8c bold | | blue bold | bold
        # The line one types into.
        prompt = #000000 underline | | black underline | underline
        # Times of day and ages.
        time = #6a7078 | | bright-black | dim
        # What a search found.
        match = #ffffff on #9a5b00 | | reverse | reverse

        # Money: the sign is always written too.

        # Gains.
        profit = #0060a8 | | blue | bold
        # Losses.
        loss = #b04a00 | | red | underline
        # A result of exactly nothing.
        even = #22262b | | black | plain

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = #0060a8 | | blue | plain
        # Taker sells, asks.
        sell = #b04a00 | | red | plain
        # Long positions and signals.
        long = #0060a8 | | blue | plain
        # Short positions and signals.
        short = #b04a00 | | red | plain
        # Flow of orders at or above the whale threshold.
        whale = #7a2ea0 bold | | magenta bold | bold
        # Flow of orders below it.
        retail = #4f6a78 | | cyan | plain
        # Whales and retail disagree.
        divergence = #9a5b00 bold | | red bold | bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = #0060a8 | | blue | plain
        # Clusters of long liquidations, below the mark.
        magnet-long = #b04a00 | | red | plain
        # The mark price.
        mark = #000000 bold | | black bold | bold
        # Our entry price.
        entry = #005a8c | | blue | plain
        # Our stop, as the exchange has it.
        stop = #9a5b00 | | red | underline
        # Our take-profit target.
        target = #005a8c | | blue | plain

        # How sure we are.

        # Confirmed and within limits.
        ok = #006d77 | | cyan | plain
        # Near a limit, or late.
        warning = #9a5b00 bold | | red bold | bold underline
        # Beyond a limit: look now.
        alarm = #ffffff on #b23a00 bold | | bright-white on red bold | reverse bold
        # A value whose source is silent.
        stale = #6a7078 dim | | bright-black dim | dim
        # No value, nothing known.
        unknown = #6a7078 | | bright-black | dim

        # Guards and held exits.

        # A guard that lets through.
        pass = #6a7078 | | bright-black | plain
        # A guard that refuses, and what it refused.
        block = #9a5b00 bold | | red bold | bold
        # A position that wants out and is held.
        held = #9a5b00 | | red | bold underline

        # Charts.

        # The drawn quantity under its threshold.
        chart = #0072b2 | | blue | plain
        # The drawn quantity above its threshold.
        chart-over = #b85000 bold | | red bold | bold
        # A second drawn quantity.
        chart-second = #4f6a78 | | cyan | dim
        # Scales of charts.
        axis = #6a7078 | | bright-black | dim
        # The threshold in a chart.
        threshold = #7a5b00 | | magenta | dim
        # The gap of a sweep chart.
        cursor = #b4b2a8 | | bright-black | dim

        # Loud things.

        # Full-width messages: no link, frozen.
        banner = #ffffff on #b23a00 bold | | bright-white on red bold | reverse bold
        # The bar that opens after K.
        guard-bar = #ffffff on #9a5b00 bold | | black on yellow bold | reverse bold
        # A step of a command that was reached.
        rung-done = #006d77 bold | | cyan bold | bold
        # A step that is awaited.
        rung-waiting = #6a7078 | | bright-black | dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = #ffffff on #b23a00 bold | | bright-white on red bold | reverse bold
        # A real exchange, play money.
        mode-testnet = #9a5b00 bold | | red bold | bold
        # Fills simulated by us.
        mode-paper = #005a8c bold | | blue bold | bold
        # Decisions only, nothing is sent.
        mode-shadow = #4f6a78 bold | | cyan bold | bold
        # A recorded session shown again.
        mode-replay = #7a2ea0 bold | | magenta bold | bold underline

        """
    ),
    (
        "amber",
        """
        # One hue on black, as on an old terminal; brightness and signs carry the meaning.
        #
        # role = any color | 256 colors | 16 colors | no color. A look left out is derived from the first one.
        # A look is: [color] [on color] [bold] [dim] [reverse] [underline]; colors are #rrggbb, 0-255, default,
        # or a name from black to bright-white.

        # Plain matter.

        # Ordinary values and words; its background is that of the whole screen.
        text = #e0a030 on #120c02 | | yellow on black | plain
        # Labels, units, and what is there only for completeness.
        dim = #8f6a22 | | yellow dim | dim
        # What is read first within a pane.
        emphasis = #ffd98a bold | | bright-yellow bold | bold
        # Titles of panes.
        title = #ffc04d bold | | bright-yellow bold | bold
        # Lines and frames around panes.
        border = #5c4414 | | yellow dim | dim
        # Headings of table columns.
        heading = #8f6a22 | | yellow dim | dim
        # The row or item that keys act on.
        selection = #ffd98a on #4a350c bold | | reverse | reverse
        # Names of keys in hints and help.
        key = #ffc04d bold | | bright-yellow bold | bold
        # The line one types into.
        prompt = #ffd98a underline | | bright-yellow underline | underline
        # Times of day and ages.
        time = #8f6a22 | | yellow dim | dim
        # What a search found.
        match = #120c02 on #ffd24a | | reverse | reverse

        # Money: the sign is always written too.

        # Gains.
        profit = #ffe09a | | bright-yellow bold | bold
        # Losses.
        loss = #c07818 | | yellow underline | underline
        # A result of exactly nothing.
        even = #e0a030 | | yellow | plain

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = #ffe09a | | bright-yellow bold | plain
        # Taker sells, asks.
        sell = #c07818 | | yellow underline | plain
        # Long positions and signals.
        long = #ffe09a | | bright-yellow bold | plain
        # Short positions and signals.
        short = #c07818 | | yellow underline | plain
        # Flow of orders at or above the whale threshold.
        whale = #ffe6b0 bold | | bright-yellow bold | bold
        # Flow of orders below it.
        retail = #b8862c | | yellow | plain
        # Whales and retail disagree.
        divergence = #ffd24a bold | | bright-yellow bold | bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = #ffe09a | | bright-yellow | plain
        # Clusters of long liquidations, below the mark.
        magnet-long = #c07818 | | yellow | plain
        # The mark price.
        mark = #ffd98a bold | | bright-yellow bold | bold
        # Our entry price.
        entry = #ffc04d | | bright-yellow | plain
        # Our stop, as the exchange has it.
        stop = #ffd24a | | bright-yellow | underline
        # Our take-profit target.
        target = #ffc04d | | bright-yellow | plain

        # How sure we are.

        # Confirmed and within limits.
        ok = #e0a030 | | yellow | plain
        # Near a limit, or late.
        warning = #ffd24a bold | | bright-yellow bold | bold underline
        # Beyond a limit: look now.
        alarm = #120c02 on #ffb000 bold | | black on yellow bold | reverse bold
        # A value whose source is silent.
        stale = #8f6a22 dim | | yellow dim dim | dim
        # No value, nothing known.
        unknown = #8f6a22 | | yellow dim | dim

        # Guards and held exits.

        # A guard that lets through.
        pass = #8f6a22 | | yellow dim | plain
        # A guard that refuses, and what it refused.
        block = #ffd24a bold | | bright-yellow bold | bold
        # A position that wants out and is held.
        held = #ffd24a | | bright-yellow | bold underline

        # Charts.

        # The drawn quantity under its threshold.
        chart = #d09020 | | yellow | plain
        # The drawn quantity above its threshold.
        chart-over = #fff0c8 bold | | bright-yellow bold | bold
        # A second drawn quantity.
        chart-second = #b8862c | | yellow | dim
        # Scales of charts.
        axis = #8f6a22 | | yellow dim | dim
        # The threshold in a chart.
        threshold = #ffd24a | | bright-yellow | dim
        # The gap of a sweep chart.
        cursor = #5c4414 | | yellow dim | dim

        # Loud things.

        # Full-width messages: no link, frozen.
        banner = #120c02 on #ffb000 bold | | black on yellow bold | reverse bold
        # The bar that opens after K.
        guard-bar = #120c02 on #ffd24a bold | | reverse bold | reverse bold
        # A step of a command that was reached.
        rung-done = #e0a030 bold | | yellow bold | bold
        # A step that is awaited.
        rung-waiting = #8f6a22 | | yellow dim | dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = #120c02 on #ffb000 bold | | black on yellow bold | reverse bold
        # A real exchange, play money.
        mode-testnet = #ffd24a bold | | bright-yellow bold | bold
        # Fills simulated by us.
        mode-paper = #ffc04d bold | | bright-yellow bold | bold
        # Decisions only, nothing is sent.
        mode-shadow = #b8862c bold | | yellow bold | bold
        # A recorded session shown again.
        mode-replay = #ffe6b0 bold | | bright-yellow bold | bold underline

        """
    ),
    (
        "contrast",
        """
        # Yellow gains and blue losses on black, strong contrast; safe for every color vision.
        #
        # role = any color | 256 colors | 16 colors | no color. A look left out is derived from the first one.
        # A look is: [color] [on color] [bold] [dim] [reverse] [underline]; colors are #rrggbb, 0-255, default,
        # or a name from black to bright-white.

        # Plain matter.

        # Ordinary values and words; its background is that of the whole screen.
        text = #ffffff on #000000 | | bright-white on black | plain
        # Labels, units, and what is there only for completeness.
        dim = #b8b8b8 | | white | dim
        # What is read first within a pane.
        emphasis = #ffffff bold | | bright-white bold | bold
        # Titles of panes.
        title = #00e8e8 bold | | bright-cyan bold | bold
        # Lines and frames around panes.
        border = #808080 | | white | dim
        # Headings of table columns.
        heading = #b8b8b8 | | white | dim
        # The row or item that keys act on.
        selection = #ffffff on #0000a8 bold | | reverse | reverse
        # Names of keys in hints and help.
        key = #00e8e8 bold | | bright-cyan bold | bold
        # The line one types into.
        prompt = #ffffff underline | | bright-white underline | underline
        # Times of day and ages.
        time = #b8b8b8 | | white | dim
        # What a search found.
        match = #101010 on #ffb0ff | | reverse | reverse

        # Money: the sign is always written too.

        # Gains.
        profit = #ffe000 | | bright-yellow | bold
        # Losses.
        loss = #7ab8ff | | bright-blue | underline
        # A result of exactly nothing.
        even = #ffffff | | bright-white | plain

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = #ffe000 | | bright-yellow | plain
        # Taker sells, asks.
        sell = #7ab8ff | | bright-blue | plain
        # Long positions and signals.
        long = #ffe000 | | bright-yellow | plain
        # Short positions and signals.
        short = #7ab8ff | | bright-blue | plain
        # Flow of orders at or above the whale threshold.
        whale = #cc9cf0 bold | | bright-magenta bold | bold
        # Flow of orders below it.
        retail = #9fb8c8 | | cyan | plain
        # Whales and retail disagree.
        divergence = #ffb0ff bold | | bright-magenta bold | bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = #ffe000 | | bright-yellow | plain
        # Clusters of long liquidations, below the mark.
        magnet-long = #7ab8ff | | bright-blue | plain
        # The mark price.
        mark = #ffffff bold | | bright-white bold | bold
        # Our entry price.
        entry = #00e8e8 | | bright-cyan | plain
        # Our stop, as the exchange has it.
        stop = #ffb0ff | | bright-magenta | underline
        # Our take-profit target.
        target = #00e8e8 | | bright-cyan | plain

        # How sure we are.

        # Confirmed and within limits.
        ok = #ffffff | | bright-white | plain
        # Near a limit, or late.
        warning = #ffb0ff bold | | bright-magenta bold | bold underline
        # Beyond a limit: look now.
        alarm = #ffffff on #c00000 bold | | bright-white on red bold | reverse bold
        # A value whose source is silent.
        stale = #b8b8b8 dim | | white dim | dim
        # No value, nothing known.
        unknown = #b8b8b8 | | white | dim

        # Guards and held exits.

        # A guard that lets through.
        pass = #b8b8b8 | | white | plain
        # A guard that refuses, and what it refused.
        block = #ffb0ff bold | | bright-magenta bold | bold
        # A position that wants out and is held.
        held = #ffb0ff | | bright-magenta | bold underline

        # Charts.

        # The drawn quantity under its threshold.
        chart = #7ab8ff | | bright-blue | plain
        # The drawn quantity above its threshold.
        chart-over = #ffe000 bold | | bright-yellow bold | bold
        # A second drawn quantity.
        chart-second = #9fb8c8 | | cyan | dim
        # Scales of charts.
        axis = #b8b8b8 | | white | dim
        # The threshold in a chart.
        threshold = #ffb0ff | | bright-magenta | dim
        # The gap of a sweep chart.
        cursor = #808080 | | white | dim

        # Loud things.

        # Full-width messages: no link, frozen.
        banner = #ffffff on #c00000 bold | | bright-white on red bold | reverse bold
        # The bar that opens after K.
        guard-bar = #101010 on #ffb0ff bold | | black on yellow bold | reverse bold
        # A step of a command that was reached.
        rung-done = #ffffff bold | | bright-white bold | bold
        # A step that is awaited.
        rung-waiting = #b8b8b8 | | white | dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = #ffffff on #c00000 bold | | bright-white on red bold | reverse bold
        # A real exchange, play money.
        mode-testnet = #ffb0ff bold | | bright-magenta bold | bold
        # Fills simulated by us.
        mode-paper = #00e8e8 bold | | bright-cyan bold | bold
        # Decisions only, nothing is sent.
        mode-shadow = #9fb8c8 bold | | cyan bold | bold
        # A recorded session shown again.
        mode-replay = #cc9cf0 bold | | bright-magenta bold | bold underline

        """
    ),
    (
        "nord",
        """
        # Muted cold colors of the Nord palette.
        #
        # role = any color | 256 colors | 16 colors | no color. A look left out is derived from the first one.
        # A look is: [color] [on color] [bold] [dim] [reverse] [underline]; colors are #rrggbb, 0-255, default,
        # or a name from black to bright-white.

        # Plain matter.

        # Ordinary values and words; its background is that of the whole screen.
        text = #d8dee9 on #2e3440 | | white on black | plain
        # Labels, units, and what is there only for completeness.
        dim = #8591a6 | | bright-black | dim
        # What is read first within a pane.
        emphasis = #eceff4 bold | | bright-white bold | bold
        # Titles of panes.
        title = #88c0d0 bold | | bright-cyan bold | bold
        # Lines and frames around panes.
        border = #4c566a | | bright-black | dim
        # Headings of table columns.
        heading = #8591a6 | | bright-black | dim
        # The row or item that keys act on.
        selection = #eceff4 on #434c5e bold | | reverse | reverse
        # Names of keys in hints and help.
        key = #88c0d0 bold | | bright-cyan bold | bold
        # The line one types into.
        prompt = #eceff4 underline | | bright-white underline | underline
        # Times of day and ages.
        time = #8591a6 | | bright-black | dim
        # What a search found.
        match = #2e3440 on #ebcb8b | | reverse | reverse

        # Money: the sign is always written too.

        # Gains.
        profit = #a3be8c | | bright-green | bold
        # Losses.
        loss = #e07a84 | | bright-red | underline
        # A result of exactly nothing.
        even = #d8dee9 | | white | plain

        # Who trades, and which way: the side is always written too.

        # Taker buys, bids.
        buy = #a3be8c | | bright-green | plain
        # Taker sells, asks.
        sell = #e07a84 | | bright-red | plain
        # Long positions and signals.
        long = #a3be8c | | bright-green | plain
        # Short positions and signals.
        short = #e07a84 | | bright-red | plain
        # Flow of orders at or above the whale threshold.
        whale = #c09abf bold | | bright-magenta bold | bold
        # Flow of orders below it.
        retail = #81a1c1 | | cyan | plain
        # Whales and retail disagree.
        divergence = #ebcb8b bold | | bright-yellow bold | bold underline

        # The map of prices.

        # Clusters of short liquidations, above the mark.
        magnet-short = #a3be8c | | bright-green | plain
        # Clusters of long liquidations, below the mark.
        magnet-long = #e07a84 | | bright-red | plain
        # The mark price.
        mark = #eceff4 bold | | bright-white bold | bold
        # Our entry price.
        entry = #88c0d0 | | bright-cyan | plain
        # Our stop, as the exchange has it.
        stop = #ebcb8b | | bright-yellow | underline
        # Our take-profit target.
        target = #88c0d0 | | bright-cyan | plain

        # How sure we are.

        # Confirmed and within limits.
        ok = #8fbcbb | | bright-cyan | plain
        # Near a limit, or late.
        warning = #ebcb8b bold | | bright-yellow bold | bold underline
        # Beyond a limit: look now.
        alarm = #eceff4 on #bf616a bold | | bright-white on red bold | reverse bold
        # A value whose source is silent.
        stale = #8591a6 dim | | bright-black dim | dim
        # No value, nothing known.
        unknown = #8591a6 | | bright-black | dim

        # Guards and held exits.

        # A guard that lets through.
        pass = #8591a6 | | bright-black | plain
        # A guard that refuses, and what it refused.
        block = #ebcb8b bold | | bright-yellow bold | bold
        # A position that wants out and is held.
        held = #ebcb8b | | bright-yellow | bold underline

        # Charts.

        # The drawn quantity under its threshold.
        chart = #81a1c1 | | bright-blue | plain
        # The drawn quantity above its threshold.
        chart-over = #d08770 bold | | bright-yellow bold | bold
        # A second drawn quantity.
        chart-second = #81a1c1 | | cyan | dim
        # Scales of charts.
        axis = #8591a6 | | bright-black | dim
        # The threshold in a chart.
        threshold = #ebcb8b | | yellow | dim
        # The gap of a sweep chart.
        cursor = #4c566a | | bright-black | dim

        # Loud things.

        # Full-width messages: no link, frozen.
        banner = #eceff4 on #bf616a bold | | bright-white on red bold | reverse bold
        # The bar that opens after K.
        guard-bar = #2e3440 on #ebcb8b bold | | black on yellow bold | reverse bold
        # A step of a command that was reached.
        rung-done = #8fbcbb bold | | bright-cyan bold | bold
        # A step that is awaited.
        rung-waiting = #8591a6 | | bright-black | dim

        # Modes: the word is always written too.

        # Real money.
        mode-live = #eceff4 on #bf616a bold | | bright-white on red bold | reverse bold
        # A real exchange, play money.
        mode-testnet = #ebcb8b bold | | bright-yellow bold | bold
        # Fills simulated by us.
        mode-paper = #88c0d0 bold | | bright-cyan bold | bold
        # Decisions only, nothing is sent.
        mode-shadow = #81a1c1 bold | | cyan bold | bold
        # A recorded session shown again.
        mode-replay = #c09abf bold | | bright-magenta bold | bold underline

        """
    ),
]
