//! The view `activity`: what happened to each account, for its owner and for support.

use crate::cell::Cell as _;
use crate::database::{Record, Transaction};
use crate::rows::delete_accounts;
use crate::table::{row, table_name};
use crate::view::{Happened, View, What, name_of};
use crate::{Views, ViewsError};
use watchbook_domain::account::{AccountEvent, CodeUse, RiskLevel};
use watchbook_domain::detection::Action;
use watchbook_domain::{AccountId, AttemptId, ClientContext, DeviceId, Event, SessionId, Timestamp};
use watchbook_eventlog::Position;

row! {
    pub(crate) struct StoredActivity in "activity" version 4
        indexes ["(account_id, position)", "(attempt_id) WHERE event_type IN ('sign_in.started', 'sign_in.passkey_started')"];
    key {
        position: Position = "position",
    }
    rest {
        account: AccountId = "account_id",
        at: Timestamp = "at",
        event_type: String = "event_type",
        attempt: Option<AttemptId> = "attempt_id",
        session: Option<SessionId> = "session_id",
        device: Option<DeviceId> = "device_id",
        address: Option<String> = "address",
        device_words: Option<String> = "device",
        place: Option<String> = "place",
        detail: Option<String> = "detail",
    }
}

#[derive(Default)]
pub(crate) struct Activity {
    rows: Vec<StoredActivity>,
    erased: Vec<AccountId>,
}

impl View for Activity {
    type Row = StoredActivity;

    fn plan(&mut self, _: &Happened) {}

    async fn load(&mut self, _: &mut Transaction, _: i64) -> Result<(), sqlx::Error> {
        Ok(())
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        let Some(about) = About::of(event) else { return };
        self.rows.push(StoredActivity {
            position: happened.position,
            account: *account,
            at: happened.at,
            event_type: event.event_type().to_owned(),
            attempt: about.attempt,
            session: about.session,
            device: about.device,
            address: about.context.map(|context| context.address.clone()),
            device_words: about.context.map(|context| context.device.clone()),
            place: about.context.and_then(|context| context.place.clone()),
            detail: about.detail,
        });
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.retain(|row| row.account != account);
        self.erased.push(account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        delete_accounts::<StoredActivity>(transaction, generation, &self.erased).await?;
        let rows: Vec<_> = self.rows.iter().collect();
        transaction.upsert(&table_name::<StoredActivity>(generation), &rows).await
    }
}

/// What there is to say of an event.
#[derive(Default)]
struct About<'a> {
    attempt: Option<AttemptId>,
    session: Option<SessionId>,
    device: Option<DeviceId>,
    context: Option<&'a ClientContext>,
    detail: Option<String>,
}

impl<'a> About<'a> {
    /// `None` for steps that only the machinery needs.
    fn of(event: &'a AccountEvent) -> Option<Self> {
        use AccountEvent as E;
        let about = Self::default();
        Some(match event {
            E::Registered { context, .. }
            | E::RegistrationRepeated { context }
            | E::PasswordResetRequested { context, .. } => Self { context: Some(context), ..about },
            E::SignInStarted { attempt, device, context, .. } => {
                Self { attempt: Some(*attempt), device: *device, context: Some(context), ..about }
            }
            E::SignInSucceeded { attempt, device, context, risk, .. } => {
                // What is as ever needs no word.
                let risk = risk.as_ref().filter(|risk| risk.level > RiskLevel::Usual);
                Self {
                    attempt: Some(*attempt),
                    device: Some(*device),
                    context: Some(context),
                    detail: risk.and_then(|risk| name_of(&risk.level)),
                    ..about
                }
            }
            E::ConfirmationRequested { attempt, context, risk, .. } => Self {
                attempt: Some(*attempt),
                context: Some(context),
                detail: name_of(&risk.level),
                ..about
            },
            E::SignInConfirmed { attempt, .. } => Self { attempt: Some(*attempt), ..about },
            E::DeviceTrusted { device, .. } => Self { device: Some(*device), ..about },
            E::PasskeySignInStarted { attempt, device, context, .. } => {
                Self { attempt: Some(*attempt), device: *device, context: Some(context), ..about }
            }
            E::PasskeyEnrolled { name, .. } | E::PasskeyRenamed { name, .. } => {
                Self { detail: Some(name.clone()), ..about }
            }
            E::PasskeyRejected { attempt }
            | E::PasskeyAccepted { attempt, .. }
            | E::PasswordRejected { attempt }
            | E::PasswordAccepted { attempt } => Self { attempt: Some(*attempt), ..about },
            E::SignInRefused { attempt, reason } => {
                Self { attempt: Some(*attempt), detail: name_of(reason), ..about }
            }
            E::SecondFactorRejected { attempt, factor, .. } => {
                Self { attempt: Some(*attempt), detail: name_of(factor), ..about }
            }
            E::TotpAccepted { attempt, .. }
            | E::RecoveryCodeAccepted { attempt, .. }
            | E::SmsAccepted { attempt, .. } => Self { attempt: Some(*attempt), ..about },
            E::DeviceFirstSeen { device, name, context } => {
                Self { device: Some(*device), context: Some(context), detail: Some(name.clone()), ..about }
            }
            E::DeviceRenamed { device, name } => {
                Self { device: Some(*device), detail: Some(name.clone()), ..about }
            }
            E::DeviceRemoved { device } => Self { device: Some(*device), ..about },
            E::SessionOpened { session, device, .. } => {
                Self { session: Some(*session), device: Some(*device), ..about }
            }
            E::SessionEnded { session, reason } => {
                Self { session: Some(*session), detail: name_of(reason), ..about }
            }
            E::ReauthenticationRejected { attempt, session }
            | E::ReauthenticationSucceeded { attempt, session } => {
                Self { attempt: Some(*attempt), session: Some(*session), ..about }
            }
            // An operator's note is for operators.
            E::PasswordChangeRequired { reason, .. } => Self { detail: name_of(reason), ..about },
            E::PasswordChanged { change, .. } => Self { detail: name_of(change), ..about },
            E::RecoveryCodesGenerated { count, .. } => Self { detail: Some(count.to_string()), ..about },
            // An operator's note is for operators.
            E::Locked { reason, note: _ } => Self { detail: name_of(reason), ..about },
            E::Unlocked { reason } => Self { detail: name_of(reason), ..about },
            E::SmsCodeRequested { good_for, number, .. } => {
                let (attempt, session) = match *good_for {
                    CodeUse::SignIn { attempt } | CodeUse::FactorRecovery { attempt } => (Some(attempt), None),
                    CodeUse::Reauthentication { session }
                    | CodeUse::Number { session }
                    | CodeUse::Enrolment { session } => (None, Some(session)),
                };
                Self { attempt, session, detail: Some(number.masked()), ..about }
            }
            E::PhoneVerified { number, .. } | E::PhoneRefused { number, .. } | E::PhoneRemoved { number } => {
                Self { detail: Some(number.masked()), ..about }
            }
            E::FactorRecoveryRequested { attempt, context, .. } => {
                Self { attempt: Some(*attempt), context: Some(context), ..about }
            }
            E::FactorRecoveryProved { proof, .. } => Self { detail: name_of(proof), ..about },
            E::FactorRecoveryStopped { reason, .. } => Self { detail: name_of(reason), ..about },
            E::FactorRecoveryScheduled { .. } | E::FactorRecoveryCompleted { .. } => about,
            E::EmailChangeRequested { email, session, .. }
            | E::RecoveryEmailRequested { email, session, .. } => {
                Self { session: Some(*session), detail: Some(email.masked()), ..about }
            }
            // Where whoever it was sat is not this owner's to know.
            E::EmailWantedElsewhere { email, context: _ }
            | E::EmailChanged { email, .. }
            | E::EmailChangeUndone { email, .. }
            | E::RecoveryEmailVerified { email, .. }
            | E::RecoveryEmailRemoved { email } => Self { detail: Some(email.masked()), ..about },
            E::EmailChangeCancelled { .. } | E::RecoveryEmailCancelled { .. } | E::ContactConfirmed => about,
            // What was only recorded is for operators: a shadow must not be seen.
            E::DetectionResponded { action: Action::Record, .. } | E::DetectionCleared { .. } => return None,
            E::DetectionResponded { action, .. } => Self { detail: name_of(action), ..about },
            E::SupportRecoveryStopped { by, .. } => Self { detail: name_of(by), ..about },
            E::SupportRecoveryStarted { .. } | E::Recovered { .. } => about,
            E::SmsCodeRejected { .. } | E::SmsEnrolled { .. } | E::SmsRemoved => about,
            E::LocaleChanged { locale } => Self { detail: Some(locale.as_str().to_owned()), ..about },
            E::EmailVerificationRequested { .. }
            | E::EmailVerified { .. }
            | E::TotpEnrolmentStarted { .. }
            | E::TotpEnrolled { .. }
            | E::TotpRemoved { .. }
            | E::PasskeyRemoved { .. }
            | E::PasskeyCopySuspected { .. }
            | E::PersonalDataCopied
            | E::SignInDisowned { .. } => about,
            E::SecondFactorStarted { .. }
            | E::SmsCodeGuessed { .. }
            | E::ReauthenticationStarted { .. }
            | E::SessionRefreshed { .. }
            | E::PreviousEmailReleased { .. }
            | E::PasswordRehashed { .. }
            // Who is looked into is not told.
            | E::LegalHoldPlaced { .. }
            | E::LegalHoldLifted
            | E::PersonalDataErased => return None,
        })
    }
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq)]
pub struct ActivityRow {
    /// Place in the log.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// The event's type.
    pub event_type: String,
    /// From where, if it was a request.
    pub address: Option<String>,
    /// The device in words.
    pub device: Option<String>,
    /// Where that is, if known.
    pub place: Option<String>,
    /// What else there is to say.
    pub detail: Option<String>,
}

/// Only what is not personal.
impl std::fmt::Debug for ActivityRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("ActivityRow");
        debug.field("position", &self.position).field("event_type", &self.event_type).finish_non_exhaustive()
    }
}

/// Where an attempt came from stands in the event that started it.
const PAGE: &str = "SELECT a.position, a.at, a.event_type, coalesce(a.address, s.address),
        coalesce(a.device, s.device, d.name), coalesce(a.place, s.place), a.detail
    FROM activity a
    LEFT JOIN activity s ON s.attempt_id = a.attempt_id
        AND s.event_type IN ('sign_in.started', 'sign_in.passkey_started')
        AND s.account_id = a.account_id
    LEFT JOIN sessions n ON n.account_id = a.account_id AND n.session_id = a.session_id
    LEFT JOIN devices d ON d.account_id = a.account_id AND d.device_id = coalesce(a.device_id, n.device_id)
    WHERE a.account_id = $1 AND a.position < $2
    ORDER BY a.position DESC LIMIT $3";

impl Views {
    /// What happened to the account before a position, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn activity(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<ActivityRow>, ViewsError> {
        let before = before.unwrap_or(Position(u64::MAX));
        let page = self.database().fetch(PAGE, &[account.value(), before.value(), limit.value()]).await?;
        let activity = |row: &Record| {
            Ok(ActivityRow {
                position: Position::read(row, 0)?,
                at: Timestamp::read(row, 1)?,
                event_type: String::read(row, 2)?,
                address: Option::read(row, 3)?,
                device: Option::read(row, 4)?,
                place: Option::read(row, 5)?,
                detail: Option::read(row, 6)?,
            })
        };
        Ok(page.iter().map(activity).collect::<Result<_, sqlx::Error>>()?)
    }
}
