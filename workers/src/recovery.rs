//! Recovery cases: what one stream has decided is carried to the others, and what is due is done.
//!
//! The account's stream decides whether a recovery is stopped or executed; this carries two approvals to it and its
//! decision back to the case. Command ids derive from the event or the case, so that a crash anywhere repeats nothing.

use crate::notifier::Failure;
use crate::reactor;
use crate::recovery_notices::{self as notices, Outgoing};
use chrono::TimeDelta;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::account::{AccountEvent, ExecuteSupportRecovery, RecoveryStop, StartSupportRecovery};
use watchbook_domain::claim::{Claim, ClaimIdentifier, ClaimRejection, HolderState, ReleaseIdentifier};
use watchbook_domain::notification::{Message, Notification};
use watchbook_domain::recovery_case::{
    CaseRejection, CaseStage, FinishCase, LapseCase, RecoveryBudget, RecoveryCase, RecoveryEvent, ShredCase,
    StopCase,
};
use watchbook_domain::{
    Account, AccountId, Aggregate as _, CommandId, Email, Identifier, LinkId, NotificationId, Policy,
    RecoveryCaseId, SubjectId,
};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{
    Clock, Core, ERASED, ExecuteError, Keyring, Metadata, Opened, RecordedEvent, Repository, StreamId,
    Subscription, fresh,
};
use watchbook_projections::{Fence, Views};

/// Names the lease, the cursor and the reactions.
const NAME: &str = "recovery";
/// Events read at once.
const PAGE: usize = 1_000;
/// Cases looked at in one round.
const ROUND: u32 = 100;
/// Between looks for what is due.
const PACE: Duration = Duration::from_millis(500);
/// How often a claim is decided anew when its holder changes meanwhile.
const CLAIM_TRIES: u32 = 10;

/// Events of accounts that concern recoveries.
const OF_ACCOUNTS: [&str; 3] = ["support_recovery.started", "support_recovery.stopped", "account.recovered"];

/// The parts of the worker.
#[derive(Clone)]
pub struct RecoveryWorker {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// Cases.
    pub cases: Repository<RecoveryCase>,
    /// How many cases a contact address may prove in a day.
    pub budgets: Repository<RecoveryBudget>,
    /// Accounts.
    pub accounts: Repository<Account>,
    /// Who holds an address.
    pub claims: Repository<Claim>,
    /// What is mailed.
    pub notifications: Repository<Notification>,
    /// Names streams of claims and budgets.
    pub keyring: Arc<Keyring>,
    /// What is due, and where the cursor is kept.
    pub views: Views,
    /// The rules' thresholds.
    pub policy: Policy,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl RecoveryWorker {
    /// Runs until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        let work = async |stop: CancellationToken, fence| {
            let work = async {
                tokio::join!(reactor::keep_following(NAME, || self.follow(fence)), self.keep_watching())
            };
            stop.run_until_cancelled(work).await;
        };
        self.views.under_lease(NAME, &stop, work).await;
    }

    async fn keep_watching(&self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!(error = %error, "due recovery cases are tried again");
            }
            tokio::time::sleep(PACE).await;
        }
    }

    async fn follow(&self, fence: Fence) -> Result<Infallible, Failure> {
        let mut subscription =
            Subscription::new(self.core.log.clone(), self.views.reactor_cursor(NAME).await?);
        loop {
            let page = subscription.next_page(PAGE).await?;
            self.react(&page).await?;
            self.views.set_reactor_cursor(NAME, subscription.cursor(), fence).await?;
        }
    }

    async fn react(&self, page: &[RecordedEvent]) -> Result<(), Failure> {
        let concerned = |recorded: &&RecordedEvent| match recorded.stream.category() {
            RecoveryCase::CATEGORY => true,
            Account::CATEGORY => OF_ACCOUNTS.contains(&recorded.event.event_type.as_str()),
            _ => false,
        };
        let events: Vec<RecordedEvent> = page.iter().filter(concerned).cloned().collect();
        let opened = self.core.sealer.open_page(&events).await?;
        for (recorded, opened) in events.iter().zip(opened) {
            let of_case = recorded.stream.category() == RecoveryCase::CATEGORY;
            if of_case && recorded.event.event_type == ERASED {
                self.core.sealer.destroy_subject(recorded.event.subject).await?;
                self.cases.forget(&recorded.stream);
                continue;
            }
            let Opened::Payload(payload) = opened else { continue };
            let (event_type, schema) = (&recorded.event.event_type, recorded.event.schema_version);
            if of_case {
                self.case_changed(recorded, &decode::<RecoveryEvent>(event_type, schema, &payload)?).await?;
            } else {
                self.account_changed(recorded, &decode::<AccountEvent>(event_type, schema, &payload)?)
                    .await?;
            }
        }
        Ok(())
    }

    async fn case_changed(&self, recorded: &RecordedEvent, event: &RecoveryEvent) -> Result<(), Failure> {
        let case = self.cases.load_at_least(&recorded.stream, recorded.version).await?.state;
        let Some(id) = case.id else { return Ok(()) };
        // Whoever opens cases in the name of others learns nothing of it: the mail just does not come.
        if let RecoveryEvent::Requested { contact, .. } = event
            && !self.may_mail(recorded, contact).await?
        {
            return Ok(());
        }
        match event {
            RecoveryEvent::CoolingOffStarted { account, executes_at, .. }
                if case.stage == CaseStage::CoolingOff =>
            {
                let start = StartSupportRecovery { case: id, executes_at: *executes_at };
                let stream = self.accounts.stream(*account);
                let metadata = self.metadata(CommandId::reaction(recorded.event.event_id, NAME), recorded);
                let decide = |account: &Account| start.decide(account);
                match self.accounts.execute(&stream, (*account).into(), &metadata, decide).await {
                    Ok(_) => {}
                    Err(ExecuteError::Rejected(_)) => self.stop(id, RecoveryStop::Unfit, recorded).await?,
                    Err(error) => return Err(Failure::new(error)),
                }
            }
            RecoveryEvent::Stopped { .. } => {
                // The address may have been claimed for an account that did not get it.
                if let (Some(approval), Some(contact)) = (case.approved(), &case.contact) {
                    let account = self.accounts.load(&self.accounts.stream(approval.account)).await?.state;
                    if account.email.as_ref() != Some(contact) {
                        self.release(approval.account, Identifier::Email(contact.clone()), recorded).await?;
                    }
                }
            }
            _ => {}
        }
        match notices::of_case(event, recorded.event.recorded_at, id, &case) {
            Some(outgoing) => self.request(recorded, outgoing).await,
            None => Ok(()),
        }
    }

    async fn account_changed(&self, recorded: &RecordedEvent, event: &AccountEvent) -> Result<(), Failure> {
        let account = self.accounts.load_at_least(&recorded.stream, recorded.version).await?.state;
        let Some(id) = account.id else { return Ok(()) };
        match event {
            AccountEvent::SupportRecoveryStopped { case, by } => self.stop(*case, *by, recorded).await?,
            AccountEvent::Recovered { contact, move_address, former_email, former_number, .. } => {
                if *move_address && let Some(former) = former_email.clone().filter(|former| former != contact)
                {
                    self.release(id, Identifier::Email(former), recorded).await?;
                }
                if let Some(number) = former_number.clone() {
                    self.release(id, Identifier::Phone(number), recorded).await?;
                }
            }
            _ => {}
        }
        for outgoing in notices::of_account(event, recorded.event.recorded_at, id, &account) {
            self.request(recorded, outgoing).await?;
        }
        // Last: a case that says so has nothing left to be done.
        if let AccountEvent::Recovered { case, .. } = event {
            let finish = FinishCase { account: id };
            self.record(*case, "finish", recorded, |case| finish.decide(case)).await?;
        }
        Ok(())
    }

    /// One round of what is due. A case that fails holds up no other.
    async fn round(&self) -> Result<(), Failure> {
        let now = self.clock.now();
        let days = |days: u32| now - TimeDelta::days(i64::from(days));
        let recovery = &self.policy.recovery;
        for case in self.views.recoveries_due(now, ROUND).await? {
            if let Err(error) = self.execute(case).await {
                tracing::warn!(%case, %error, "a recovery could not be executed yet");
            }
        }
        for case in self.views.recoveries_undecided(days(recovery.undecided_days), ROUND).await? {
            if let Err(error) = self.lapse(case).await {
                tracing::warn!(%case, %error, "an undecided recovery case could not be closed yet");
            }
        }
        let (closed, unproved) = (days(recovery.retention_days), days(recovery.unproved_days));
        for case in self.views.recoveries_to_shred(closed, unproved, ROUND).await? {
            if let Err(error) = self.shred(case).await {
                tracing::warn!(%case, %error, "a recovery case could not be destroyed yet");
            }
        }
        Ok(())
    }

    /// Hands the account over, if its own stream still says so.
    async fn execute(&self, id: RecoveryCaseId) -> Result<(), Failure> {
        let case = self.cases.load(&self.cases.stream(id)).await?.state;
        let (Some(approval), Some(contact)) = (case.approved(), case.contact.clone()) else { return Ok(()) };
        if case.stage != CaseStage::CoolingOff {
            return Ok(());
        }
        // Nothing is claimed for a hand-over that the account's stream will refuse.
        let account = self.accounts.load(&self.accounts.stream(approval.account)).await?.state;
        let pending = account.support_recovery.pending.filter(|pending| pending.case == id);
        let Some(pending) = pending else { return Ok(()) };
        let move_address = approval.move_address;
        let address_free =
            move_address && !pending.owner_seen && self.claim(approval.account, &contact, id).await?;
        let command = ExecuteSupportRecovery {
            case: id,
            contact,
            move_address,
            address_free,
            link: LinkId(Uuid::new_v5(&id.0, b"password")),
            now: self.clock.now(),
        };
        let metadata = self.own(id, "execute");
        let decide = |account: &Account| command.decide(account, &self.policy.recovery);
        let stream = self.accounts.stream(approval.account);
        match self.accounts.execute(&stream, approval.account.into(), &metadata, decide).await {
            // Stopped on the account meanwhile: the reaction to that is under way.
            Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
            Err(error) => Err(Failure::new(error)),
        }
    }

    async fn lapse(&self, id: RecoveryCaseId) -> Result<(), Failure> {
        let lapse = LapseCase { now: self.clock.now() };
        let decide = |case: &RecoveryCase| lapse.decide(case, &self.policy.recovery);
        let stream = self.cases.stream(id);
        match self.cases.execute(&stream, id.into(), &self.own(id, "lapse"), decide).await {
            Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
            Err(error) => Err(Failure::new(error)),
        }
    }

    async fn shred(&self, id: RecoveryCaseId) -> Result<(), Failure> {
        let shred = ShredCase { now: self.clock.now() };
        let decide = |case: &RecoveryCase| shred.decide(case, &self.policy.recovery);
        let stream = self.cases.stream(id);
        match self.cases.execute(&stream, id.into(), &self.own(id, "shred"), decide).await {
            Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
            Err(error) => Err(Failure::new(error)),
        }
    }

    async fn stop(&self, id: RecoveryCaseId, by: RecoveryStop, cause: &RecordedEvent) -> Result<(), Failure> {
        self.record(id, "stop", cause, |case| StopCase { by }.decide(case)).await
    }

    /// A case that is gone meanwhile needs to know nothing.
    async fn record(
        &self,
        id: RecoveryCaseId,
        what: &str,
        cause: &RecordedEvent,
        decide: impl Fn(&RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> + Send + Sync,
    ) -> Result<(), Failure> {
        let metadata = self.metadata(CommandId::reaction(cause.event.event_id, what), cause);
        match self.cases.execute(&self.cases.stream(id), id.into(), &metadata, decide).await {
            Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
            Err(error) => Err(Failure::new(error)),
        }
    }

    /// Counts the mail against its address's day.
    async fn may_mail(&self, recorded: &RecordedEvent, contact: &Email) -> Result<bool, Failure> {
        let day = recorded.event.recorded_at.day();
        let key = self.keyring.stream_key("recovery_contact", contact.as_str());
        let stream = self.budgets.stream(format!("{key}-{day}"));
        let subject =
            SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("watchbook:recovery-day:{day}").as_bytes()));
        let metadata = self.metadata(CommandId::reaction(recorded.event.event_id, "mail"), recorded);
        let per_day = self.policy.recovery.cases_per_contact;
        match self.budgets.execute(&stream, subject, &metadata, |budget| budget.reserve(per_day)).await {
            Ok(_) => Ok(true),
            Err(ExecuteError::Rejected(_)) => Ok(false),
            Err(error) => Err(Failure::new(error)),
        }
    }

    /// Whether the account holds the address now. A claim whose holder has another address by now gives way.
    async fn claim(&self, account: AccountId, email: &Email, case: RecoveryCaseId) -> Result<bool, Failure> {
        let stream = self.claim_stream(&Identifier::Email(email.clone()));
        for attempt in 0..CLAIM_TRIES {
            let seen = self.claims.load(&stream).await?.state.holder;
            let holder = match seen {
                None => None,
                Some((holder, _)) => {
                    let state = self.accounts.load(&self.accounts.stream(holder)).await?.state;
                    let state = match &state.email {
                        Some(own) if own == email && state.email_verified => HolderState::Verified,
                        Some(own) if own == email => HolderState::Unverified,
                        _ => HolderState::Absent,
                    };
                    Some((holder, state))
                }
            };
            let claim = ClaimIdentifier { account, holder, now: self.clock.now() };
            let metadata = self.own(case, &format!("claim-{attempt}-{}", fresh::uuid()));
            match self.claims.execute(&stream, account.into(), &metadata, |state| claim.decide(state)).await {
                Ok(_) => return Ok(true),
                Err(ExecuteError::Rejected(ClaimRejection::Taken(_))) => return Ok(false),
                Err(ExecuteError::Rejected(ClaimRejection::HolderChanged)) => {}
                Err(error) => return Err(Failure::new(error)),
            }
        }
        Err(Failure::say("the holder of an address keeps changing"))
    }

    /// Gives up a claim on what the account has no more.
    async fn release(
        &self,
        account: AccountId,
        identifier: Identifier,
        cause: &RecordedEvent,
    ) -> Result<(), Failure> {
        let state = self.accounts.load(&self.accounts.stream(account)).await?.state;
        let own_address = state.email.clone().map(Identifier::Email);
        let own_number = state.phone_number().cloned().map(Identifier::Phone);
        if [own_address, own_number].contains(&Some(identifier.clone())) {
            return Ok(());
        }
        let stream = self.claim_stream(&identifier);
        let name = format!("release-{}", stream.key());
        let metadata = self.metadata(CommandId::reaction(cause.event.event_id, &name), cause);
        let release = ReleaseIdentifier { account };
        let decide = |claim: &Claim| Ok::<_, Infallible>(release.decide(claim));
        self.claims.execute(&stream, account.into(), &metadata, decide).await.map_err(Failure::new)?;
        Ok(())
    }

    fn claim_stream(&self, identifier: &Identifier) -> StreamId {
        self.claims.stream(self.keyring.stream_key("claim", &identifier.claim_key()))
    }

    async fn request(&self, recorded: &RecordedEvent, outgoing: Outgoing) -> Result<(), Failure> {
        let Outgoing { name, message } = outgoing;
        let cause = recorded.event.event_id;
        let id = NotificationId(Uuid::new_v5(&cause.0, name.as_bytes()));
        let metadata = self.metadata(CommandId::reaction(cause, name), recorded);
        let stream = self.notifications.stream(id);
        let Message { account, .. } = message;
        let request = |state: &Notification| Ok::<_, Infallible>(state.request(&message));
        self.notifications
            .execute(&stream, account.into(), &metadata, request)
            .await
            .map_err(Failure::new)?;
        Ok(())
    }

    fn metadata(&self, command_id: CommandId, cause: &RecordedEvent) -> Metadata {
        Metadata {
            command_id,
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: cause.event.correlation_id,
            causation_id: Some(cause.event.event_id),
        }
    }

    /// Of a command that time orders: the same one each time.
    fn own(&self, case: RecoveryCaseId, what: &str) -> Metadata {
        Metadata {
            command_id: CommandId(Uuid::new_v5(&case.0, what.as_bytes())),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: case.0,
            causation_id: None,
        }
    }
}
