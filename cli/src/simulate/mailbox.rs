//! A folder where mails or text messages land, watched.

use super::message::{Kind, Message};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often the folder is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// How often a file that makes no sense is read again: whoever writes it may not be done.
const PATIENCE: u32 = 50;

#[derive(Default)]
struct Seen {
    /// Files that were read, or given up.
    done: HashSet<PathBuf>,
    unfinished: HashMap<PathBuf, u32>,
    /// What each recipient got since the start, oldest first.
    mails: HashMap<String, Vec<Message>>,
    /// Recipients of mails from before the start.
    known: HashSet<String>,
    total: u64,
}

/// Makes a message of a file; `None` while it makes no sense.
type Read = fn(&[u8]) -> Option<Message>;

/// Everybody's mail, or everybody's text messages.
pub struct Mailbox {
    read: Read,
    seen: Mutex<Seen>,
    changed: watch::Sender<()>,
    folder: PathBuf,
}

impl Mailbox {
    /// Reads what is in the folder, and sets it apart from what comes later. A folder that does not exist
    /// is an empty one: it is made when the first mail is written.
    pub async fn open(folder: PathBuf, read: Read) -> Arc<Self> {
        let mailbox =
            Arc::new(Self { read, seen: Mutex::default(), changed: watch::Sender::new(()), folder });
        mailbox.look().await;
        {
            let mut seen = mailbox.lock();
            seen.known = std::mem::take(&mut seen.mails).into_keys().collect();
            seen.total = 0;
        }
        mailbox
    }

    /// Looks for new files for ever.
    pub async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(PAUSE).await;
            self.look().await;
        }
    }

    async fn look(self: &Arc<Self>) {
        let mailbox = self.clone();
        // The only way for this to fail is a panic, and the next look is due in a moment anyway.
        let found = tokio::task::spawn_blocking(move || mailbox.collect()).await.unwrap_or(false);
        if found {
            self.changed.send_replace(());
        }
    }

    fn collect(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return false };
        let visible =
            |path: &PathBuf| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(visible).collect();
        let new: Vec<PathBuf> = {
            let seen = self.lock();
            paths.into_iter().filter(|path| !seen.done.contains(path)).collect()
        };
        let mut found = false;
        for path in new {
            let mail = if path.is_file() {
                std::fs::read(&path).ok().and_then(|bytes| (self.read)(&bytes))
            } else {
                None
            };
            found |= mail.is_some();
            self.lock().note(path, mail);
        }
        found
    }

    /// How many mails the recipient has: what comes after is an answer to what happens next.
    pub fn mark(&self, to: &str) -> usize {
        self.lock().mails.get(to).map_or(0, Vec::len)
    }

    /// The first mail after `mark` of one of the kinds; `None` when there is none within `patience`.
    pub async fn wait(&self, to: &str, mark: usize, kinds: &[Kind], patience: Duration) -> Option<Message> {
        let mut changed = self.changed.subscribe();
        let deadline = Instant::now() + patience;
        loop {
            if let Some(mail) = self.find(to, mark, kinds) {
                return Some(mail);
            }
            match tokio::time::timeout_at(deadline, changed.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return None,
            }
        }
    }

    fn find(&self, to: &str, mark: usize, kinds: &[Kind]) -> Option<Message> {
        let seen = self.lock();
        seen.mails.get(to)?.iter().skip(mark).find(|mail| kinds.contains(&mail.kind)).cloned()
    }

    /// Whether the recipient had mail before this run.
    pub fn knew(&self, to: &str) -> bool {
        self.lock().known.contains(to)
    }

    /// Mails since the start.
    pub fn total(&self) -> u64 {
        self.lock().total
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn note(&mut self, path: PathBuf, mail: Option<Message>) {
        let Some(mail) = mail else {
            let tries = self.unfinished.entry(path.clone()).or_default();
            *tries += 1;
            if *tries >= PATIENCE {
                self.unfinished.remove(&path);
                self.done.insert(path);
            }
            return;
        };
        self.unfinished.remove(&path);
        self.done.insert(path);
        self.total += 1;
        self.mails.entry(mail.to.clone()).or_default().push(mail);
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::read;
    use super::*;

    const LINK: &str = "To: ann@people.example\nSubject: Confirm\n\nhttp://h/verify?token=";

    #[tokio::test]
    async fn what_came_before_is_set_apart_from_what_comes_after() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("1.eml"), format!("{LINK}old")).unwrap();
        let mailbox = Mailbox::open(folder.path().to_owned(), read).await;
        let watching = tokio::spawn(mailbox.clone().watch());
        assert!(mailbox.knew("ann@people.example") && !mailbox.knew("ben@people.example"));

        let mark = mailbox.mark("ann@people.example");
        let wait = |patience| mailbox.wait("ann@people.example", mark, &[Kind::Verify], patience);
        assert!(wait(Duration::from_millis(1)).await.is_none());
        std::fs::write(folder.path().join(".2.tmp"), format!("{LINK}half")).unwrap();
        std::fs::write(folder.path().join("3.eml"), format!("{LINK}new")).unwrap();
        let mail = wait(Duration::from_secs(10)).await.unwrap();
        assert_eq!((mail.token.as_deref(), mailbox.total()), (Some("new"), 1));
        watching.abort();
    }

    #[tokio::test]
    async fn a_folder_to_come_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path().join("data/mail"), read).await;
        assert_eq!((mailbox.total(), mailbox.mark("x")), (0, 0));
    }
}
