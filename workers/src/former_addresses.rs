//! Former addresses: claimed for as long as the change to another one can be undone, then free for anybody.

use crate::notifier::Failure;
use crate::sweeper::Sweeper;
use watchbook_domain::account::ReleasePreviousEmail;
use watchbook_domain::claim::ReleaseIdentifier;
use watchbook_domain::{AccountId, CommandId, Identifier};
use watchbook_eventlog::{Metadata, fresh};

impl Sweeper {
    /// Gives up the claim on the address before the last change, if its time is over. The account says so first: an
    /// address that it has taken back meanwhile stays. A claim that outlives a crash in between gives way to anybody.
    pub(crate) async fn release_former_address(&self, id: AccountId) -> Result<(), Failure> {
        let stream = self.accounts.stream(id);
        let now = self.clock.now();
        let account = self.accounts.load(&stream).await?.state;
        let Some(email) = ReleasePreviousEmail::due(&account, now).cloned() else { return Ok(()) };
        let metadata = || Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: now,
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: None,
        };
        let release = ReleasePreviousEmail { now };
        let released = self.accounts.execute(&stream, id.into(), &metadata(), |a| release.decide(a)).await;
        let account = released.map_err(Failure::new)?.state;
        if account.email.as_ref() == Some(&email) {
            return Ok(());
        }
        let key = self.keyring.stream_key("claim", &Identifier::Email(email).claim_key());
        let give_up = ReleaseIdentifier { account: id };
        let decide = |claim: &_| Ok::<_, std::convert::Infallible>(give_up.decide(claim));
        let stream = self.claims.stream(key);
        self.claims.execute(&stream, id.into(), &metadata(), decide).await.map_err(Failure::new)?;
        Ok(())
    }
}
