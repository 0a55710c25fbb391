//! Pages of the log one after the other: while one is applied, the next is being opened and the one after read.

use crate::ViewsError;
use crate::page::{Page, Sealed};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use watchbook_eventlog::{EventLog, Position, Sealer};

/// Where pages come from.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) sealer: Arc<Sealer>,
    /// Events per page.
    pub(crate) limit: usize,
}

pub(crate) struct Feed {
    source: Source,
    cursor: Position,
    reading: Option<Reading>,
}

/// Two tasks at work until the end of the log.
struct Reading {
    pages: mpsc::Receiver<Result<Page, ViewsError>>,
    tasks: [AbortHandle; 2],
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Feed {
    pub(crate) fn new(source: Source, cursor: Position) -> Self {
        Self { source, cursor, reading: None }
    }

    /// The next page; it ends where it began when there is nothing after.
    ///
    /// # Errors
    /// When log or vault do not answer; asking again continues at the same place.
    pub(crate) async fn next(&mut self) -> Result<Page, ViewsError> {
        loop {
            let reading = self.reading.get_or_insert_with(|| read(&self.source, self.cursor));
            let page = reading.pages.recv().await;
            if page
                .as_ref()
                .is_none_or(|page| page.as_ref().is_ok_and(|page| !page.full || page.stopped.is_some()))
            {
                self.reading = None;
            }
            match page {
                // The tasks have ended.
                None => continue,
                Some(Ok(page)) => {
                    self.cursor = page.end;
                    return Ok(page);
                }
                Some(Err(error)) => {
                    self.reading = None;
                    return Err(error);
                }
            }
        }
    }
}

fn read(source: &Source, mut cursor: Position) -> Reading {
    let (to_opener, mut to_open) = mpsc::channel(1);
    let (to_caller, pages) = mpsc::channel(1);
    let Source { log, sealer, limit } = source.clone();
    let reader = tokio::spawn(async move {
        loop {
            let sealed = Sealed::read(&*log, cursor, limit).await;
            let go_on = sealed.as_ref().is_ok_and(|sealed| sealed.full);
            cursor = sealed.as_ref().map_or(cursor, Sealed::end);
            if to_opener.send(sealed).await.is_err() || !go_on {
                return;
            }
        }
    });
    let opener = tokio::spawn(async move {
        while let Some(sealed) = to_open.recv().await {
            let page = match sealed {
                Ok(sealed) => Page::open(&sealer, sealed).await,
                Err(error) => Err(error),
            };
            let go_on = page.as_ref().is_ok_and(|page| page.stopped.is_none());
            if to_caller.send(page).await.is_err() || !go_on {
                return;
            }
        }
    });
    Reading { pages, tasks: [reader.abort_handle(), opener.abort_handle()] }
}
