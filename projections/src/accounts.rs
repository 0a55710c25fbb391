//! The view `accounts`: the current state of every account.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{self, row};
use crate::view::{Happened, View, What, name_of};
use crate::{Views, ViewsError};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{AccountId, Timestamp};
use watchbook_eventlog::Position;

row! {
    /// An account's current state.
    #[derive(Clone, PartialEq, Eq)]
    pub struct AccountRow in "accounts" version 5 indexes [];
    key {
        /// The account.
        account: AccountId = "account_id",
    }
    rest {
        /// Its address.
        email: String = "email",
        /// Its user number.
        user_number: String = "user_number",
        /// Whether the address is proved.
        email_verified: bool = "email_verified",
        /// When it was registered.
        registered_at: Timestamp = "registered_at",
        /// Why it is locked, if it is: `disowned`, `operator` or `detected`.
        locked: Option<String> = "locked",
        /// Since when.
        locked_at: Option<Timestamp> = "locked_at",
        /// When the password was last set.
        password_set_at: Timestamp = "password_set_at",
        /// Since when the password is void, if it is.
        password_change_required_at: Option<Timestamp> = "password_change_required_at",
        /// When the authenticator app was enrolled, if one is.
        totp_enrolled_at: Option<Timestamp> = "totp_enrolled_at",
        /// The proved phone number.
        phone: Option<String> = "phone",
        /// When codes by text message were set up, if they are.
        sms_enrolled_at: Option<Timestamp> = "sms_enrolled_at",
        /// Unused recovery codes.
        recovery_codes_left: u8 = "recovery_codes_left",
        /// Enrolled passkeys.
        passkeys: u32 = "passkeys",
        /// When the address was last proved.
        email_proved_at: Option<Timestamp> = "email_proved_at",
        /// The proved recovery address.
        recovery_email: Option<String> = "recovery_email",
        /// When it was proved.
        recovery_email_proved_at: Option<Timestamp> = "recovery_email_proved_at",
        /// When the phone number was proved.
        phone_proved_at: Option<Timestamp> = "phone_proved_at",
        /// When the person last said that contacts are right.
        contact_confirmed_at: Option<Timestamp> = "contact_confirmed_at",
        /// The language to write to the person in, if known (BCP 47).
        locale: Option<String> = "locale",
        /// Sign-ins so far.
        sign_ins: u64 = "sign_ins",
        /// The latest.
        last_sign_in_at: Option<Timestamp> = "last_sign_in_at",
        /// Wrong passwords and codes since then.
        failures_since_sign_in: u32 = "failures_since_sign_in",
        /// Version of the account's stream, as far as this row knows it.
        version: u64 = "version",
        /// Of the last event in this row.
        position: Position = "position",
    }
}

/// Without any value: they are personal.
impl std::fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRow").field("account", &self.account).finish_non_exhaustive()
    }
}

#[derive(Default)]
pub(crate) struct Accounts {
    rows: Rows<AccountRow>,
}

impl Accounts {
    /// Whether the account has a row: the events of an erased one change nothing.
    pub(crate) fn knows(&mut self, account: AccountId) -> bool {
        self.rows.get_mut((account,)).is_some()
    }
}

impl View for Accounts {
    type Row = AccountRow;

    fn plan(&mut self, happened: &Happened) {
        match &happened.what {
            What::Account(account, AccountEvent::Registered { .. }) => self.rows.will_make((*account,)),
            What::Account(account, _) | What::Erased(account) => self.rows.want((*account,)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        if let AccountEvent::Registered { email, number, .. } = event {
            self.rows.insert(AccountRow {
                account: *account,
                email: email.as_str().to_owned(),
                user_number: number.to_string(),
                email_verified: false,
                registered_at: happened.at,
                locked: None,
                locked_at: None,
                password_set_at: happened.at,
                password_change_required_at: None,
                totp_enrolled_at: None,
                phone: None,
                sms_enrolled_at: None,
                recovery_codes_left: 0,
                passkeys: 0,
                email_proved_at: None,
                recovery_email: None,
                recovery_email_proved_at: None,
                phone_proved_at: None,
                contact_confirmed_at: None,
                locale: None,
                sign_ins: 0,
                last_sign_in_at: None,
                failures_since_sign_in: 0,
                version: happened.version.0,
                position: happened.position,
            });
        } else if let Some(row) = self.rows.get_mut((*account,)) {
            row.version = happened.version.0;
            row.position = happened.position;
            row.apply(event, happened.at);
        }
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.erase(account, |row| row.account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

impl AccountRow {
    fn apply(&mut self, event: &AccountEvent, at: Timestamp) {
        use AccountEvent as E;
        self.apply_contact(event, at);
        match event {
            E::PasswordRejected { .. }
            | E::ReauthenticationRejected { .. }
            | E::SecondFactorRejected { .. }
            | E::PasskeyRejected { .. } => {
                self.failures_since_sign_in += 1;
            }
            E::SignInSucceeded { .. } => {
                self.sign_ins += 1;
                self.last_sign_in_at = Some(at);
                self.failures_since_sign_in = 0;
            }
            E::PasswordChanged { .. } => {
                self.password_set_at = at;
                self.password_change_required_at = None;
            }
            E::PasswordChangeRequired { .. } => self.password_change_required_at = Some(at),
            E::TotpEnrolled { .. } => self.totp_enrolled_at = Some(at),
            E::TotpRemoved { .. } => {
                self.totp_enrolled_at = None;
                self.forget_recovery_codes();
            }
            E::SmsEnrolled { .. } => self.sms_enrolled_at = Some(at),
            E::SmsRemoved => {
                self.sms_enrolled_at = None;
                self.forget_recovery_codes();
            }
            E::PasskeyEnrolled { .. } => self.passkeys += 1,
            E::PasskeyRemoved { .. } => {
                self.passkeys = self.passkeys.saturating_sub(1);
                self.forget_recovery_codes();
            }
            E::Recovered { contact, move_address, .. } => {
                if *move_address {
                    contact.as_str().clone_into(&mut self.email);
                    self.email_verified = true;
                }
                (self.phone, self.totp_enrolled_at, self.sms_enrolled_at) = (None, None, None);
                (self.passkeys, self.recovery_codes_left) = (0, 0);
                self.password_change_required_at = None;
            }
            E::RecoveryCodesGenerated { count, .. } => self.recovery_codes_left = *count,
            E::RecoveryCodeAccepted { .. } => {
                self.recovery_codes_left = self.recovery_codes_left.saturating_sub(1);
            }
            E::LocaleChanged { locale } => self.locale = Some(locale.as_str().to_owned()),
            E::Locked { reason, .. } => {
                self.locked = name_of(reason);
                self.locked_at = Some(at);
            }
            E::Unlocked { .. } => {
                self.locked = None;
                self.locked_at = None;
            }
            _ => {}
        }
    }

    fn apply_contact(&mut self, event: &AccountEvent, at: Timestamp) {
        use AccountEvent as E;
        match event {
            E::EmailVerified { .. } => {
                self.email_verified = true;
                self.email_proved_at = Some(at);
            }
            E::EmailChanged { email, .. } | E::EmailChangeUndone { email, .. } => {
                self.email = email.as_str().to_owned();
                self.email_verified = true;
                self.email_proved_at = Some(at);
            }
            E::RecoveryEmailVerified { email, .. } => {
                self.recovery_email = Some(email.as_str().to_owned());
                self.recovery_email_proved_at = Some(at);
            }
            E::RecoveryEmailRemoved { .. } => {
                self.recovery_email = None;
                self.recovery_email_proved_at = None;
            }
            E::PhoneVerified { number, .. } => {
                self.phone = Some(number.as_str().to_owned());
                self.phone_proved_at = Some(at);
            }
            E::PhoneRemoved { .. } => {
                self.phone = None;
                self.phone_proved_at = None;
            }
            E::ContactConfirmed => self.contact_confirmed_at = Some(at),
            _ => {}
        }
    }

    /// They go with the last second factor.
    fn forget_recovery_codes(&mut self) {
        if self.totp_enrolled_at.is_none() && self.sms_enrolled_at.is_none() && self.passkeys == 0 {
            self.recovery_codes_left = 0;
        }
    }
}

const BY_ID: &str = "WHERE account_id = $1";

impl Views {
    /// An account's current state.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn account(&self, account: AccountId) -> Result<Option<AccountRow>, ViewsError> {
        let rows = table::query(self.database(), BY_ID, &[account.value()]).await?;
        Ok(rows.into_iter().next())
    }
}
