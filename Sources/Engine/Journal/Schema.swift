import GRDB

/// The tables of `journal.sqlite`. The comments stand inside the SQL, so that `.schema` in `sqlite3` shows them.
///
/// Times are nanoseconds since 1970 (`…_ns`). Money, prices and quantities are exact decimal text; columns ending in
/// `_e8` repeat an amount as a whole number of 10⁻⁸, rounded half away from zero, so that SQL can add it up exactly.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 first tables") { db in
            try db.execute(sql: log)
            try db.execute(sql: orders)
            try db.execute(sql: account)
            try db.execute(sql: operation)
            try db.execute(sql: views)
        }
        migrator.registerMigration("symbol pauses") { db in try db.execute(sql: symbolPauses) }
        migrator.registerMigration("model changes") { db in try db.execute(sql: modelChanges) }
        return migrator
    }

    private static let modelChanges = """
        CREATE TABLE model_changes (           -- Another set of models decides from here on.
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          name TEXT NOT NULL,
          digest TEXT NOT NULL,                -- SHA-256 of the manifest; empty for one plain file.
          previous_name TEXT NOT NULL,
          previous_digest TEXT NOT NULL,
          ordered_by TEXT NOT NULL
        );
        """

    private static let symbolPauses = """
        CREATE TABLE symbol_pauses (           -- No new entries in one symbol, and their return.
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          symbol TEXT NOT NULL,
          is_paused INTEGER NOT NULL,          -- 1 from here on no entries, 0 entries again.
          command_id TEXT NOT NULL
        );
        """

    private static let log = """
        CREATE TABLE runs (                    -- One start of the engine on this journal.
          run INTEGER PRIMARY KEY,             -- 1, 2, 3 ...
          started_ns INTEGER NOT NULL,         -- Engine time.
          ended_ns INTEGER,                    -- NULL while it runs, or when it was killed.
          engine TEXT NOT NULL,
          build TEXT NOT NULL,
          mode TEXT NOT NULL,                  -- REPLAY PAPER SHADOW TESTNET LIVE
          seed TEXT NOT NULL,                  -- Of the simulated market; unsigned 64 bits in decimal.
          configuration TEXT NOT NULL,         -- JSON: what an audit replay starts the core with.
          instruments TEXT NOT NULL,           -- JSON: the instruments with filters, by their index.
          first_sequence INTEGER NOT NULL      -- Of this run's first event.
        );
        CREATE TABLE events (                  -- What the core was told, except market data, which is in tape/.
          entry INTEGER PRIMARY KEY,           -- 1, 2, 3 ... without a gap.
          sequence INTEGER NOT NULL UNIQUE,    -- Of all events; the missing numbers are market events without facts.
          run INTEGER NOT NULL REFERENCES runs(run),
          time_ns INTEGER NOT NULL,            -- Engine time.
          kind TEXT NOT NULL,                  -- market order account timer command latch store
          payload TEXT,                        -- JSON; NULL for market: see the tape.
          actions_hash TEXT,                   -- Of the core's answer.
          fact_count INTEGER NOT NULL,
          hash TEXT NOT NULL                   -- Chain over all events and facts in order.
        );
        CREATE TABLE facts (                   -- What the core answered to remember; recovery folds these.
          fact INTEGER PRIMARY KEY,            -- 1, 2, 3 ... without a gap.
          sequence INTEGER NOT NULL REFERENCES events(sequence),
          ordinal INTEGER NOT NULL,            -- 0, 1, 2 ... within the event.
          kind TEXT NOT NULL,
          payload TEXT NOT NULL,               -- JSON.
          hash TEXT NOT NULL,
          UNIQUE (sequence, ordinal)
        );
        CREATE INDEX facts_by_kind ON facts(kind, fact);
        CREATE TABLE checkpoints (             -- The folded state at a fact, so that a start need not fold everything.
          fact INTEGER PRIMARY KEY,            -- The last fact folded in.
          entry INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          chain_hash TEXT NOT NULL,            -- Of the chain at this fact.
          state TEXT NOT NULL,                 -- JSON.
          state_hash TEXT NOT NULL
        );
        """

    private static let orders = """
        CREATE TABLE orders (                  -- Each order as it stands after its latest change.
          client_order_id TEXT PRIMARY KEY,
          venue_order_id INTEGER,
          symbol TEXT NOT NULL,
          side TEXT NOT NULL,                  -- buy sell
          kind TEXT NOT NULL,                  -- market limit stopMarket takeProfitMarket
          price TEXT,                          -- Limit or trigger.
          quantity TEXT NOT NULL,
          is_reduce_only INTEGER NOT NULL,
          purpose TEXT NOT NULL,               -- entry protectiveStop target exit
          exit_reason TEXT,
          state TEXT NOT NULL,
          reject_reason TEXT,
          filled_quantity TEXT NOT NULL,
          filled_notional TEXT NOT NULL,
          created_ns INTEGER NOT NULL,
          changed_ns INTEGER NOT NULL,
          first_fact INTEGER NOT NULL REFERENCES facts(fact),
          last_fact INTEGER NOT NULL REFERENCES facts(fact)
        );
        CREATE TABLE fills (
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          venue_time_ns INTEGER NOT NULL,
          symbol TEXT NOT NULL,
          trade_id INTEGER NOT NULL,           -- The venue's.
          client_order_id TEXT,                -- NULL when the venue closed us by force.
          purpose TEXT,
          exit_reason TEXT,
          side TEXT NOT NULL,
          price TEXT NOT NULL,
          quantity TEXT NOT NULL,
          commission TEXT NOT NULL,            -- Paid when positive.
          is_maker INTEGER NOT NULL
        );
        CREATE INDEX fills_by_order ON fills(client_order_id);
        CREATE TABLE positions (               -- Open positions; a row goes when the position is closed.
          symbol TEXT PRIMARY KEY,
          direction TEXT NOT NULL,             -- long short
          quantity TEXT NOT NULL,
          entry_price TEXT NOT NULL,           -- Rounded; the cost is exact.
          cost TEXT NOT NULL,
          opened_ns INTEGER NOT NULL,
          stop_price TEXT NOT NULL,
          initial_stop TEXT NOT NULL,
          target_price TEXT,
          max_hold_until_ns INTEGER NOT NULL,
          realized_pnl TEXT NOT NULL,
          commissions TEXT NOT NULL,
          funding TEXT NOT NULL,
          leverage INTEGER NOT NULL,
          fact INTEGER NOT NULL REFERENCES facts(fact)
        );
        CREATE TABLE trades (                  -- Round trips, from flat to flat.
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          symbol TEXT NOT NULL,
          direction TEXT NOT NULL,
          quantity TEXT NOT NULL,
          entry_price TEXT NOT NULL,
          exit_price TEXT NOT NULL,
          opened_ns INTEGER NOT NULL,
          closed_ns INTEGER NOT NULL,
          gross_pnl TEXT NOT NULL,
          commissions TEXT NOT NULL,
          funding TEXT NOT NULL,               -- Received when positive.
          net_pnl TEXT NOT NULL,               -- gross - commissions + funding
          gross_pnl_e8 INTEGER NOT NULL,
          commissions_e8 INTEGER NOT NULL,
          funding_e8 INTEGER NOT NULL,
          net_pnl_e8 INTEGER NOT NULL,
          multiple_of_r REAL,
          exit_reason TEXT NOT NULL,
          entry_probability REAL,
          entry_threshold REAL,
          exit_probability REAL
        );
        CREATE INDEX trades_by_close ON trades(closed_ns);
        """

    private static let account = """
        CREATE TABLE equity (                  -- The last account of each minute.
          minute_ns INTEGER PRIMARY KEY,
          wallet_balance TEXT NOT NULL,
          equity TEXT NOT NULL,
          peak_equity TEXT NOT NULL,
          fact INTEGER NOT NULL REFERENCES facts(fact)
        );
        CREATE TABLE sessions (                -- One UTC day, as the engine last booked it.
          day_start_ns INTEGER PRIMARY KEY,
          start_equity TEXT NOT NULL,
          last_equity TEXT NOT NULL,
          closed_pnl TEXT NOT NULL,
          commissions TEXT NOT NULL,
          funding TEXT NOT NULL,
          trades INTEGER NOT NULL,
          losing_streak INTEGER NOT NULL,
          fact INTEGER NOT NULL REFERENCES facts(fact)
        );
        CREATE TABLE funding_payments (
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          symbol TEXT NOT NULL,
          amount TEXT NOT NULL,                -- Received when positive.
          rate TEXT NOT NULL
        );
        CREATE TABLE reconciliations (         -- Comparisons with a complete reading at the venue.
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          differences INTEGER NOT NULL,
          details TEXT NOT NULL                -- JSON: one line each.
        );
        CREATE TABLE breaker_trips (
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          breaker TEXT NOT NULL,
          value REAL,
          limit_value REAL
        );
        """

    private static let operation = """
        CREATE TABLE decisions (               -- One look at an entry, at the close of a decision candle.
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          symbol TEXT NOT NULL,
          candle_open_ns INTEGER NOT NULL,
          direction TEXT,
          long_probability REAL,
          long_threshold REAL,
          short_probability REAL,
          short_threshold REAL,
          outcome TEXT NOT NULL,               -- ordered belowThreshold noProbability refusedByGuard vetoedByPolicy ...
          detail TEXT,                         -- The guard, the reason, the equity needed, or the order.
          mark_price TEXT,
          verdicts TEXT NOT NULL               -- JSON: every guard's word.
        );
        CREATE INDEX decisions_by_outcome ON decisions(outcome, fact);
        CREATE TABLE commands (
          command_id TEXT PRIMARY KEY,
          command TEXT NOT NULL,
          origin TEXT NOT NULL,                -- socket signal killFile breaker
          uid INTEGER,                         -- Of the peer, when it came over a socket.
          pid INTEGER,
          origin_detail TEXT,                  -- The signal or the breaker.
          received_ns INTEGER NOT NULL,
          last_step TEXT,                      -- The highest rung of the ladder so far.
          refusal TEXT,
          fact INTEGER NOT NULL REFERENCES facts(fact)
        );
        CREATE TABLE command_steps (           -- The acknowledgement ladder with its times.
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          command_id TEXT NOT NULL,
          step TEXT NOT NULL,
          time_ns INTEGER NOT NULL
        );
        CREATE INDEX command_steps_by_command ON command_steps(command_id, fact);
        CREATE TABLE gate_changes (
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          state TEXT NOT NULL,                 -- open paused flattening latched
          epoch INTEGER NOT NULL,
          command_id TEXT
        );
        CREATE TABLE notices (
          fact INTEGER PRIMARY KEY REFERENCES facts(fact),
          time_ns INTEGER NOT NULL,
          tag TEXT NOT NULL,
          severity TEXT NOT NULL,              -- info warning alarm
          text TEXT NOT NULL
        );
        """

    private static let views = """
        CREATE VIEW session_stats AS           -- A UTC day as one line; sums are exact to 10^-8.
        SELECT date(s.day_start_ns / 1000000000, 'unixepoch') AS day,
               s.start_equity, s.last_equity, s.closed_pnl,
               count(t.fact) AS trades,
               coalesce(sum(t.net_pnl_e8 > 0), 0) AS wins,
               coalesce(sum(t.net_pnl_e8 <= 0), 0) AS losses,
               coalesce(sum(t.gross_pnl_e8), 0) AS gross_pnl_e8,
               coalesce(sum(t.commissions_e8), 0) AS commissions_e8,
               coalesce(sum(t.funding_e8), 0) AS funding_e8,
               coalesce(sum(t.net_pnl_e8), 0) AS net_pnl_e8,
               max(t.net_pnl_e8) AS best_e8,
               min(t.net_pnl_e8) AS worst_e8,
               avg(t.multiple_of_r) AS mean_r
        FROM sessions s
        LEFT JOIN trades t ON t.closed_ns >= s.day_start_ns AND t.closed_ns < s.day_start_ns + 86400000000000
        GROUP BY s.day_start_ns ORDER BY s.day_start_ns;

        CREATE VIEW trade_review AS            -- Trades with times for people, newest first.
        SELECT datetime(opened_ns / 1000000000, 'unixepoch') AS opened,
               datetime(closed_ns / 1000000000, 'unixepoch') AS closed,
               (closed_ns - opened_ns) / 1000000000 AS held_seconds,
               symbol, direction, quantity, entry_price, exit_price, exit_reason,
               gross_pnl, commissions, funding, net_pnl, multiple_of_r,
               entry_probability, entry_threshold, exit_probability
        FROM trades ORDER BY fact DESC;

        CREATE VIEW why_no_trade AS            -- How often each reason refused an entry, by day.
        SELECT date(time_ns / 1000000000, 'unixepoch') AS day, symbol, outcome,
               CASE WHEN outcome = 'tooSmall' THEN NULL ELSE detail END AS detail,
               count(*) AS decisions,
               datetime(max(time_ns) / 1000000000, 'unixepoch') AS latest
        FROM decisions WHERE outcome <> 'ordered'
        GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, decisions DESC;
        """
}
