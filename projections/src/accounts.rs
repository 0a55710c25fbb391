//! The view `accounts`: the current state of every account.

use crate::page::Happened;
use crate::table::{Table, table};
use crate::{Views, ViewsError};
use watchbook_domain::account::{AccountEvent, LockReason};
use watchbook_domain::{AccountId, Timestamp};

table!(StoredAccount, "accounts", indexes [], {
    account_id: String = "TEXT PRIMARY KEY",
    email: String = "TEXT NOT NULL",
    user_number: String = "TEXT NOT NULL",
    email_verified: u8 = "INTEGER NOT NULL",
    registered_at: i64 = "INTEGER NOT NULL",
    locked: Option<String> = "TEXT",
    password_set_at: i64 = "INTEGER NOT NULL",
    totp_enrolled_at: Option<i64> = "INTEGER",
    recovery_codes_left: u8 = "INTEGER NOT NULL",
    sign_ins: u64 = "INTEGER NOT NULL",
    last_sign_in_at: Option<i64> = "INTEGER",
    failures_since_sign_in: u32 = "INTEGER NOT NULL",
    position: u64 = "INTEGER NOT NULL",
});

impl StoredAccount {
    /// Applies one event of this account.
    pub(crate) fn apply(&mut self, event: &AccountEvent, happened: &Happened) {
        use AccountEvent as E;
        let at = happened.at.micros();
        self.position = happened.position.0;
        match event {
            E::Registered { account, email, number, .. } => {
                self.account_id = account.to_string();
                self.email = email.as_str().to_owned();
                self.user_number = number.to_string();
                self.registered_at = at;
                self.password_set_at = at;
            }
            E::EmailVerified { .. } => self.email_verified = 1,
            E::PasswordRejected { .. }
            | E::ReauthenticationRejected { .. }
            | E::SecondFactorRejected { .. } => {
                self.failures_since_sign_in += 1;
            }
            E::SignInSucceeded { .. } => {
                self.sign_ins += 1;
                self.last_sign_in_at = Some(at);
                self.failures_since_sign_in = 0;
            }
            E::PasswordChanged { .. } => self.password_set_at = at,
            E::TotpEnrolled { .. } => self.totp_enrolled_at = Some(at),
            E::TotpRemoved { .. } => {
                self.totp_enrolled_at = None;
                self.recovery_codes_left = 0;
            }
            E::RecoveryCodesGenerated { count, .. } => self.recovery_codes_left = *count,
            E::RecoveryCodeAccepted { .. } => {
                self.recovery_codes_left = self.recovery_codes_left.saturating_sub(1);
            }
            E::Locked { reason, .. } => {
                let reason = match reason {
                    LockReason::Disowned => "disowned",
                    LockReason::Operator => "operator",
                };
                self.locked = Some(reason.to_owned());
            }
            E::Unlocked { .. } => self.locked = None,
            _ => {}
        }
    }
}

/// An account's current state.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The account.
    pub account: AccountId,
    /// Its address.
    pub email: String,
    /// Its user number.
    pub user_number: String,
    /// Whether the address is proved.
    pub email_verified: bool,
    /// Why it is locked, if it is.
    pub locked: Option<String>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When the password was last set.
    pub password_set_at: Timestamp,
    /// When the authenticator app was enrolled, if one is.
    pub totp_enrolled_at: Option<Timestamp>,
    /// Unused recovery codes.
    pub recovery_codes_left: u8,
    /// Sign-ins so far.
    pub sign_ins: u64,
    /// The latest.
    pub last_sign_in_at: Option<Timestamp>,
    /// Wrong passwords and codes since then.
    pub failures_since_sign_in: u32,
}

impl Views {
    /// An account's current state.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn account(&self, account: AccountId) -> Result<Option<AccountRow>, ViewsError> {
        let one = "WHERE account_id = $1 LIMIT $2";
        let rows = StoredAccount::select(self.readers(), one, &account.to_string(), 1).await?;
        Ok(rows.into_iter().next().map(|row| AccountRow {
            account,
            email: row.email,
            user_number: row.user_number,
            email_verified: row.email_verified == 1,
            locked: row.locked,
            registered_at: Timestamp::from_micros(row.registered_at),
            password_set_at: Timestamp::from_micros(row.password_set_at),
            totp_enrolled_at: row.totp_enrolled_at.map(Timestamp::from_micros),
            recovery_codes_left: row.recovery_codes_left,
            sign_ins: row.sign_ins,
            last_sign_in_at: row.last_sign_in_at.map(Timestamp::from_micros),
            failures_since_sign_in: row.failures_since_sign_in,
        }))
    }
}
