//! The eraser: carries out erasures that were ordered. Frees the person's identifiers, destroys their key and secrets,
//! and certifies it. Every step can be repeated, so a crash between two of them costs nothing but the repetition.

use crate::notifier::Failure;
use crate::reactor;
use std::convert::Infallible;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use watchbook_domain::claim::{Claim, ClaimEvent};
use watchbook_domain::erasure::Erasure;
use watchbook_domain::observed::Observed;
use watchbook_domain::{Account, AccountId, Aggregate as _, CommandId, Identifier};
use watchbook_eventlog::{
    Clock, Core, ERASED, Metadata, Moment, Position, RecordedEvent, Repository, Subscription,
};
use watchbook_projections::{Fence, Views};

/// Names the eraser's cursor.
pub(crate) const NAME: &str = "eraser";
/// Events read at once.
const PAGE: usize = 1_000;

/// The parts of the eraser.
#[derive(Clone)]
pub struct Eraser {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// Who is to be erased.
    pub accounts: Repository<Account>,
    /// What they signed in with.
    pub claims: Repository<Claim>,
    /// What was done.
    pub erasures: Repository<Erasure>,
    /// Where the cursor is kept.
    pub views: Views,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Eraser {
    /// Runs until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        reactor::run(&self.views, NAME, &stop, |fence| self.follow(fence)).await;
    }

    async fn follow(&self, fence: Fence) -> Result<Infallible, Failure> {
        let cursor = self.views.reactor_cursor(NAME).await?;
        let mut subscription = Subscription::new(self.core.log.clone(), cursor);
        loop {
            for recorded in subscription.next_page(PAGE).await? {
                let of_a_person =
                    [Account::CATEGORY, Observed::CATEGORY].contains(&recorded.stream.category());
                if recorded.event.event_type == ERASED && of_a_person {
                    self.erase(&recorded).await?;
                }
            }
            self.views.set_reactor_cursor(NAME, subscription.cursor(), fence).await?;
        }
    }

    async fn erase(&self, ordered: &RecordedEvent) -> Result<(), Failure> {
        let account = AccountId(ordered.event.subject.0);
        let metadata = |step: &str| Metadata {
            command_id: CommandId::reaction(ordered.event.event_id, step),
            recorded_at: self.clock.now(),
            actor: ordered.event.actor,
            correlation_id: ordered.event.correlation_id,
            causation_id: Some(ordered.event.event_id),
        };
        // While the key is there, its past says what the account was called. A user of another system holds no identifier.
        let before = Moment::Position(Position(ordered.position.0.saturating_sub(1)));
        let past = match ordered.stream.category() {
            Account::CATEGORY => self.accounts.load_at(&ordered.stream, before).await?.state,
            _ => Account::default(),
        };
        for (n, identifier) in identifiers(&past).enumerate() {
            let name = self.core.sealer.keyring().stream_key(Claim::CATEGORY, &identifier.claim_key());
            let release = |claim: &Claim| {
                let held = claim.holder.is_some_and(|(holder, _)| holder == account);
                let released = held.then_some(ClaimEvent::Released { account });
                Ok::<_, Infallible>(released.into_iter().collect())
            };
            let step = metadata(&format!("{NAME}-{n}"));
            let stream = self.claims.stream(name);
            self.claims.execute(&stream, account.into(), &step, release).await.map_err(Failure::new)?;
        }
        self.core.sealer.destroy_subject(ordered.event.subject).await?;
        let certify =
            |erasure: &Erasure| Ok::<_, Infallible>(erasure.complete(account, ordered.event.event_id));
        let stream = self.erasures.stream(account);
        let certified =
            self.erasures.execute(&stream, Erasure::subject(account), &metadata(NAME), certify).await;
        certified.map_err(Failure::new)?;
        tracing::info!(account = %account.0, "an erasure was carried out");
        Ok(())
    }
}

/// All that a person could sign in with.
fn identifiers(account: &Account) -> impl Iterator<Item = Identifier> {
    let email = account.email.clone().map(Identifier::Email);
    let phone = account.phone_number().cloned().map(Identifier::Phone);
    let former = account.contacts.previous_email.clone().map(|former| Identifier::Email(former.email));
    [email, former, account.number.map(Identifier::UserNumber), phone].into_iter().flatten()
}
