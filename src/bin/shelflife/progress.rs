//! How far the audit is, on stderr: one line, drawn over itself, and only on a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use shelflife::pipeline::Progress;
use shelflife::report::escape;

use crate::style::Paint;

/// Redrawn at most this often.
const PERIOD: Duration = Duration::from_millis(100);

/// Returns to the start of the line and empties it.
const CLEAR: &str = "\r\x1b[K";

/// Shows progress on a terminal, and warnings everywhere.
pub struct Terminal {
    paint: Paint,
    drawing: bool,
    state: Mutex<State>,
}

struct State {
    out: Box<dyn Write + Send>,
    stage: &'static str,
    total: Option<u64>,
    done: u64,
    drawn: Option<Instant>,
    /// Whether a line stands there that must go before anything else is printed.
    dirty: bool,
}

impl Terminal {
    /// On stderr. Progress is drawn where it is `wanted` and stderr is a terminal that can redraw a
    /// line.
    pub fn new(paint: Paint, wanted: bool) -> Self {
        let able = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self::on(Box::new(io::stderr()), paint, wanted && able && io::stderr().is_terminal())
    }

    fn on(out: Box<dyn Write + Send>, paint: Paint, drawing: bool) -> Self {
        let state = State { out, stage: "", total: None, done: 0, drawn: None, dirty: false };
        Self { paint, drawing, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the line away; the next stage draws it again.
    pub fn finish(&self) {
        self.state().clear();
    }
}

// Nothing can be done where stderr can't be written to.
impl State {
    fn draw(&mut self) {
        let text = match self.total {
            Some(total) if total > 0 => format!("{} {}/{total}", self.stage, self.done.min(total)),
            _ if self.done > 0 => format!("{} {}", self.stage, self.done),
            _ => self.stage.to_owned(),
        };
        let _ = write!(self.out, "{CLEAR}{text}").and_then(|()| self.out.flush());
        self.drawn = Some(Instant::now());
        self.dirty = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.dirty) {
            let _ = write!(self.out, "{CLEAR}").and_then(|()| self.out.flush());
        }
    }
}

impl Progress for Terminal {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        if self.drawing {
            let mut state = self.state();
            (state.stage, state.total, state.done) = (name, total, 0);
            state.draw();
        }
    }

    fn tick(&self, n: u64) {
        if self.drawing {
            let mut state = self.state();
            state.done += n;
            if state.drawn.is_none_or(|at| at.elapsed() >= PERIOD) {
                state.draw();
            }
        }
    }

    fn warn(&self, message: &str) {
        let mut state = self.state();
        state.clear();
        let word = self.paint.warning("warning:");
        let _ = writeln!(state.out, "{word} {}", escape::terminal(message));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::style::ColorChoice;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn shown(drawing: bool, act: impl FnOnce(&Terminal)) -> String {
        let out = Shared::default();
        act(&Terminal::on(Box::new(out.clone()), Paint::stderr(ColorChoice::Never), drawing));
        let bytes = out.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_warning_stands_on_a_line_of_its_own_and_is_harmless() {
        let text = shown(true, |progress| {
            progress.stage("reading pages", Some(3));
            progress.warn("odd \x1b[2J name");
            progress.finish();
        });
        assert_eq!(text, "\r\x1b[Kreading pages 0/3\r\x1b[Kwarning: odd \\x1b[2J name\n");
    }

    #[test]
    fn ticks_are_counted_but_seldom_drawn() {
        let text = shown(true, |progress| {
            progress.stage("reading", None);
            (0..1000).for_each(|_| progress.tick(1));
            progress.stage("proving", Some(1));
            progress.finish();
        });
        // However slow the machine is, far fewer than the ticks.
        assert!(text.matches('\r').count() < 100, "{text}");
        assert!(text.ends_with("\r\x1b[Kproving 0/1\r\x1b[K"), "{text:?}");
    }

    #[test]
    fn nothing_but_warnings_is_shown_where_nothing_is_drawn() {
        let text = shown(false, |progress| {
            progress.stage("reading", None);
            progress.tick(5);
            progress.warn("one");
            progress.finish();
        });
        assert_eq!(text, "warning: one\n");
    }
}
