//! Reads the whole log in order and waits at its end.

use std::sync::Arc;
use std::time::Duration;

use crate::{EventLog, LogError, Position, RecordedEvent};

/// Wake-ups can be lost and other processes give none, so the log is asked at least this often.
const POLL: Duration = Duration::from_millis(250);

/// A reader's place in the log. Keeps nothing durable: store the position with what was made of the events.
pub struct Subscription {
    log: Arc<dyn EventLog>,
    cursor: Position,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

impl Subscription {
    /// Starts after `cursor`; `Position::START` reads from the first event.
    pub fn new(log: Arc<dyn EventLog>, cursor: Position) -> Self {
        Self { log, cursor }
    }

    /// The last position returned.
    pub fn cursor(&self) -> Position {
        self.cursor
    }

    /// The next events, at least one and up to `limit`; waits for as long as there is none. Dropping the future
    /// loses nothing.
    ///
    /// # Errors
    /// Those of [`EventLog::read_all`]; asking again continues at the same place.
    pub async fn next_page(&mut self, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        loop {
            let page = self.log.read_all(self.cursor, limit).await?;
            if let Some(last) = page.last() {
                self.cursor = last.position;
                return Ok(page);
            }
            self.log.wait(self.cursor, POLL).await;
        }
    }
}
