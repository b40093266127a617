package import CellGrid
package import CockpitModel

/// The whole screen of a state: what the terminal shows, and what `narwhal snapshot` makes a picture of.
package enum CockpitScreen {
    /// Draws `state` at its own size. Every cell of every row is written; nothing is ever refused for want of room.
    package static func draw(_ state: CockpitState, glyphs: Glyphs) -> CellGrid {
        var canvas = Canvas(
            state, columns: state.view.columns, rows: state.view.rows, glyphs: glyphs)
        let screen = canvas.grid.area
        if state.view.isHelpOpen {
            canvas.drawHelp(in: screen)
        } else if screen.columns < 80 || screen.rows < 24 {
            canvas.drawCompact(in: screen)
        } else {
            switch state.view.kind {
            case .flight: canvas.drawFlight(in: screen)
            case .exit: canvas.drawExitView(in: screen)
            }
        }
        // The stop lies over everything but the first line.
        if let bar = state.guardBar {
            let rows = screen.columns < 80 ? 3 : 6
            canvas.drawGuardBar(
                bar, in: screen.splitBottom(min(rows, max(2, screen.rows - 2))).bottom)
        } else if let bar = state.closeBar {
            let rows = screen.columns < 80 ? 3 : 5
            canvas.drawCloseBar(
                bar, in: screen.splitBottom(min(rows, max(2, screen.rows - 2))).bottom)
        } else if let command = state.ladder {
            let rows = canvas.ladderRows(command)
            // The line that is typed into stays in sight below it.
            let above = screen.splitBottom(state.prompt == nil ? 0 : 1).rest
            canvas.drawLadder(
                command, in: above.splitBottom(min(rows, max(2, above.rows - 2))).bottom)
        }
        return canvas.grid
    }
}
