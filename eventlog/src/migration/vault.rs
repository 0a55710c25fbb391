//! Subject keys and secrets, as they lie in the vaults: wrapped and sealed.

use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::task::JoinSet;
use watchbook_domain::{CredentialId, SubjectId, Timestamp};

use super::{CopyError, Pair, Phase, Progress, Tell};
use crate::sealing::ERASED;
use crate::{EventLog, Position, Purpose, SecretName, StoredSecret, Vault, VaultError};

/// Entries that are listed at once.
const PAGE: usize = 512;

/// Changes under way at once, so that a store can commit them together.
const IN_FLIGHT: usize = 64;

/// Changes of the log that are looked through at once.
const CHANGES: usize = 4096;

type Vaults = Pair<Arc<dyn Vault>>;
type Key = (SubjectId, Vec<u8>);

/// What a pass over the vaults came to.
#[derive(Default)]
pub(super) struct Copied {
    /// Keys and secrets of the source.
    pub(super) entries: u64,
    /// Differences that were found.
    pub(super) changes: u64,
}

/// What a vault lists in order of name.
#[async_trait]
trait Entry: Clone + Send + Sync {
    type Name<'a>: Ord
    where
        Self: 'a;

    fn name(&self) -> Self::Name<'_>;
    /// At most [`PAGE`] of those after `after`.
    async fn list(vault: &dyn Vault, after: Option<&Self>) -> Result<Vec<Self>, VaultError>;
}

#[async_trait]
impl Entry for Key {
    type Name<'a> = SubjectId;

    fn name(&self) -> SubjectId {
        self.0
    }

    async fn list(vault: &dyn Vault, after: Option<&Self>) -> Result<Vec<Self>, VaultError> {
        vault.list_subject_keys(after.map(Self::name), PAGE).await
    }
}

#[async_trait]
impl Entry for StoredSecret {
    type Name<'a> = (SubjectId, CredentialId, &'a str);

    fn name(&self) -> Self::Name<'_> {
        self.place()
    }

    async fn list(vault: &dyn Vault, after: Option<&Self>) -> Result<Vec<Self>, VaultError> {
        vault.list_secrets(Timestamp::from_micros(i64::MAX), after, PAGE).await
    }
}

struct Side<T: Entry> {
    vault: Arc<dyn Vault>,
    listed: VecDeque<T>,
    last: Option<T>,
    more: bool,
}

impl<T: Entry> Side<T> {
    fn new(vault: &Arc<dyn Vault>) -> Self {
        Self { vault: vault.clone(), listed: VecDeque::new(), last: None, more: true }
    }

    async fn fill(&mut self) -> Result<(), VaultError> {
        if self.listed.is_empty() && self.more {
            let page = T::list(&*self.vault, self.last.as_ref()).await?;
            self.more = page.len() == PAGE;
            self.last = page.last().cloned();
            self.listed = page.into();
        }
        Ok(())
    }
}

/// Both vaults in lockstep. What is put into the target meanwhile lies before the place reached.
struct Merged<T: Entry> {
    from: Side<T>,
    to: Side<T>,
}

impl<T: Entry> Merged<T> {
    fn new(vaults: &Vaults) -> Self {
        Self { from: Side::new(&vaults.from), to: Side::new(&vaults.to) }
    }

    /// The next entry, in the vaults that have it.
    async fn next(&mut self) -> Result<Option<Pair<Option<T>>>, CopyError> {
        let from = async { self.from.fill().await.map_err(CopyError::SourceVault) };
        let to = async { self.to.fill().await.map_err(CopyError::TargetVault) };
        tokio::try_join!(from, to)?;
        let (from, to) = (&mut self.from.listed, &mut self.to.listed);
        let order = match (from.front(), to.front()) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(from), Some(to)) => from.name().cmp(&to.name()),
        };
        let from = if order.is_le() { from.pop_front() } else { None };
        let to = if order.is_ge() { to.pop_front() } else { None };
        Ok(Some(Pair { from, to }))
    }
}

/// Changes of the target that are under way, and how many there were.
#[derive(Default)]
struct Changes {
    tasks: JoinSet<Result<bool, CopyError>>,
    made: u64,
}

impl Changes {
    /// Starts what answers whether there was something to change.
    async fn start(
        &mut self,
        change: impl Future<Output = Result<bool, CopyError>> + Send + 'static,
    ) -> Result<(), CopyError> {
        if self.tasks.len() >= IN_FLIGHT {
            self.end_one().await?;
        }
        self.tasks.spawn(change);
        Ok(())
    }

    /// False when there is none.
    async fn end_one(&mut self) -> Result<bool, CopyError> {
        let Some(ended) = self.tasks.join_next().await else { return Ok(false) };
        let changed = ended.map_err(|broken| CopyError::TargetVault(VaultError::unavailable(broken)))??;
        self.made += u64::from(changed);
        Ok(true)
    }

    async fn end_all(&mut self) -> Result<(), CopyError> {
        while self.end_one().await? {}
        Ok(())
    }
}

/// Makes the target's vault the same as the source's, but for the subjects that were erased.
pub(super) async fn copy(
    vaults: &Vaults,
    erased: &HashSet<SubjectId>,
    tell: Tell<'_>,
) -> Result<Copied, CopyError> {
    let mut changes = Changes::default();
    let mut entries = 0_u64;
    let tell_of = |entries| tell(Progress { phase: Phase::Vault, done: entries, of: None });
    let count = |entries: &mut u64| {
        *entries += 1;
        if entries.is_multiple_of(PAGE as u64) {
            tell_of(*entries);
        }
    };
    let mut keys = Merged::<Key>::new(vaults);
    while let Some(Pair { from, to }) = keys.next().await? {
        match (from, to) {
            (Some((subject, _)), _) if erased.contains(&subject) => {}
            (Some((subject, wrapped)), there) => {
                count(&mut entries);
                let there = there.map(|(_, there)| there);
                if there.as_ref() != Some(&wrapped) {
                    changes.start(copy_key(vaults.to.clone(), subject, wrapped, there.is_some())).await?;
                }
            }
            // Erased since; the event that says so comes with this round and destroys the key here.
            (None, _) => changes.made += 1,
        }
    }
    // A secret is of no use without its subject's key.
    changes.end_all().await?;
    let mut secrets = Merged::<StoredSecret>::new(vaults);
    while let Some(Pair { from, to }) = secrets.next().await? {
        match (from, to) {
            (Some(secret), _) if erased.contains(&secret.subject) => {}
            (Some(secret), there) => {
                count(&mut entries);
                let name = name(&secret)?;
                let may_be_there = there.is_some_and(|there| there.put_at == secret.put_at);
                changes.start(copy_secret(vaults.clone(), name, secret.put_at, may_be_there)).await?;
            }
            (None, Some(secret)) => {
                let (vault, name) = (vaults.to.clone(), name(&secret)?);
                let remove = async move {
                    vault.remove_secret(name).await.map_err(CopyError::TargetVault)?;
                    Ok(true)
                };
                changes.start(remove).await?;
            }
            (None, None) => {}
        }
    }
    changes.end_all().await?;
    tell_of(entries);
    Ok(Copied { entries, changes: changes.made })
}

/// The same key may be wrapped otherwise at the target: the source's wrapping is the later one.
async fn copy_key(
    vault: Arc<dyn Vault>,
    subject: SubjectId,
    wrapped: Vec<u8>,
    is_there: bool,
) -> Result<bool, CopyError> {
    if is_there {
        vault.rewrap_subject_key(subject, wrapped).await.map_err(CopyError::TargetVault)?;
        return Ok(true);
    }
    let created = vault.create_subject_key(subject, wrapped).await.map_err(CopyError::TargetVault)?;
    created.map(|_| true).ok_or(CopyError::KeyDestroyed(subject))
}

/// `may_be_there`: one that was put at the same moment is.
async fn copy_secret(
    vaults: Vaults,
    name: SecretName,
    put_at: Timestamp,
    may_be_there: bool,
) -> Result<bool, CopyError> {
    // One removed meanwhile is removed from the target in the next round.
    let Some(sealed) = vaults.from.secret(name).await.map_err(CopyError::SourceVault)? else {
        return Ok(true);
    };
    if may_be_there {
        let there = vaults.to.secret(name).await.map_err(CopyError::TargetVault)?;
        if there.as_ref() == Some(&sealed) {
            return Ok(false);
        }
    }
    vaults.to.put_secret(name, sealed, put_at).await.map_err(CopyError::TargetVault)?;
    Ok(true)
}

fn name(secret: &StoredSecret) -> Result<SecretName, CopyError> {
    let purpose = Purpose::from_stored(&secret.purpose);
    let purpose = purpose.ok_or_else(|| CopyError::UnknownPurpose(secret.purpose.clone()))?;
    Ok(SecretName { subject: secret.subject, credential: secret.credential, purpose })
}

/// Destroys these subjects' keys and secrets.
pub(super) async fn destroy(vault: &Arc<dyn Vault>, subjects: &HashSet<SubjectId>) -> Result<(), CopyError> {
    let mut changes = Changes::default();
    for subject in subjects {
        let (vault, subject) = (vault.clone(), *subject);
        let destroy = async move {
            vault.destroy_subject(subject).await.map_err(CopyError::TargetVault)?;
            Ok(true)
        };
        changes.start(destroy).await?;
    }
    changes.end_all().await
}

/// A vault that has keys which the source has not is another log's, unless the source's log says that those subjects
/// were erased: up to `after`, which `erased` tells, or since.
pub(super) async fn refuse_unknown_subjects(
    log: &Arc<dyn EventLog>,
    vaults: &Vaults,
    after: Position,
    erased: &HashSet<SubjectId>,
) -> Result<(), CopyError> {
    let mut unknown = HashSet::new();
    let mut keys = Merged::<Key>::new(vaults);
    while let Some(key) = keys.next().await? {
        if let Pair { from: None, to: Some((subject, _)) } = key
            && !erased.contains(&subject)
        {
            unknown.insert(subject);
        }
    }
    let mut after = after;
    while !unknown.is_empty() {
        let changes = log.read_changes(after, CHANGES).await.map_err(CopyError::Source)?;
        let Some(last) = changes.last() else { break };
        after = last.position;
        for change in changes.iter().filter(|change| change.event_type == ERASED) {
            unknown.remove(&change.subject);
        }
    }
    unknown.into_iter().next().map_or(Ok(()), |subject| Err(CopyError::UnknownSubject(subject)))
}
