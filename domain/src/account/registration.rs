//! Registration, and proof that the address is the person's own.

use super::state::check_link;
use super::{Account, AccountEvent, Rejection};
use crate::policy::{Policy, seconds};
use crate::{AccountId, ClientContext, CredentialId, Email, LinkId, Locale, Timestamp, UserNumber};

/// Registers an account whose identifiers have been claimed.
#[derive(Clone, Debug)]
pub struct Register {
    /// The new account.
    pub account: AccountId,
    /// Its claimed address.
    pub email: Email,
    /// Its claimed number.
    pub number: UserNumber,
    /// The password's place in the vault.
    pub password: CredentialId,
    /// The verification link to be mailed.
    pub link: LinkId,
    /// The language to write to the person in, if known.
    pub locale: Option<Locale>,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl Register {
    /// # Errors
    /// `AlreadyRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        if account.id.is_some() {
            return Err(Rejection::AlreadyRegistered);
        }
        let registered = AccountEvent::Registered {
            account: self.account,
            email: self.email.clone(),
            number: self.number,
            password: self.password,
            context: self.context.clone(),
        };
        let locale = self.locale.clone().map(|locale| AccountEvent::LocaleChanged { locale });
        let requested = verification_requested(self.link, policy, self.now);
        Ok([registered].into_iter().chain(locale).chain([requested]).collect())
    }
}

/// Somebody registers with the address of this account, whose owner has verified it: the owner is told.
#[derive(Clone, Debug)]
pub struct RepeatRegistration {
    /// The address that was typed: the account's, or one that it had and keeps for a while.
    pub email: Email,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl RepeatRegistration {
    /// Only the address that was typed is written to: who registers with a former one must cause no mail to the new one.
    ///
    /// # Errors
    /// `MailedRecently`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        account.mails.admit(policy, self.now)?;
        let (email, context) = (self.email.clone(), self.context.clone());
        Ok(vec![match account.email == Some(self.email.clone()) {
            true => AccountEvent::RegistrationRepeated { context },
            false => AccountEvent::EmailWantedElsewhere { email, context },
        }])
    }
}

/// Asks for one more verification link.
#[derive(Clone, Debug)]
pub struct RequestEmailVerification {
    /// The link to be mailed.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl RequestEmailVerification {
    /// # Errors
    /// `AlreadyVerified`, `MailedRecently`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.email_verified {
            return Err(Rejection::AlreadyVerified);
        }
        account.mails.admit(policy, self.now)?;
        Ok(vec![verification_requested(self.link, policy, self.now)])
    }
}

fn verification_requested(link: LinkId, policy: &Policy, now: Timestamp) -> AccountEvent {
    let expires_at = now + seconds(policy.verification_link_seconds);
    AccountEvent::EmailVerificationRequested { link, expires_at }
}

/// Proves the address by a mailed link, once.
#[derive(Clone, Debug)]
pub struct VerifyEmail {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Whether the address is still claimed by this account: a later registration may have taken over an
    /// address that was never verified.
    pub holds_claim: bool,
    /// Now.
    pub now: Timestamp,
}

impl VerifyEmail {
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        check_link(&account.verification_links, self.link, self.now)?;
        if !self.holds_claim {
            return Err(Rejection::LinkInvalid);
        }
        Ok(vec![AccountEvent::EmailVerified { link: self.link }])
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    fn verify(link: u128, now: i64) -> VerifyEmail {
        VerifyEmail { link: LinkId(id(link)), holds_claim: true, now: at(now) }
    }

    #[test]
    fn an_address_is_verified_once() {
        given(registered(0))
            .when_at(10, |a| verify(LINK, 10).decide(a))
            .then(vec![AccountEvent::EmailVerified { link: LinkId(id(LINK)) }])
            .when(|a| verify(LINK, 11).decide(a))
            .then_rejected(Rejection::LinkInvalid);
    }

    #[test]
    fn a_link_ends_with_its_time_and_with_its_claim() {
        given(registered(0)).when(|a| verify(LINK, 86_400).decide(a)).then_rejected(Rejection::LinkInvalid);
        given(registered(0)).when(|a| verify(LINK + 1, 1).decide(a)).then_rejected(Rejection::LinkInvalid);
        let lost = VerifyEmail { holds_claim: false, ..verify(LINK, 1) };
        given(registered(0)).when(|a| lost.decide(a)).then_rejected(Rejection::LinkInvalid);
    }

    #[test]
    fn strangers_cause_few_mails_but_never_none() {
        let policy = Policy::default();
        let mut account = given(registered(0));
        let request = |now| RequestEmailVerification { link: LinkId(id(LINK + now as u128)), now: at(now) };
        account = account.when(|a| request(59).decide(a, &policy)).then_rejected(Rejection::MailedRecently);
        for n in 1..10 {
            account = account.when_at(60 * n, |a| request(60 * n).decide(a, &policy)).then_accepted();
        }
        account
            .when(|a| request(700).decide(a, &policy))
            .then_rejected(Rejection::MailedRecently)
            .when(|a| request(540 + 3_600).decide(a, &policy))
            .then_accepted();
    }
}
