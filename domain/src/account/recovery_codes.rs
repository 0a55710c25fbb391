//! Recovery codes: single use, for when the authenticator app is lost.

use super::{Account, AccountEvent, Rejection};
use crate::policy::Policy;
use crate::{CredentialId, SessionId, Timestamp};

/// Replaces the recovery codes by a new set.
#[derive(Clone, Debug)]
pub struct GenerateRecoveryCodes {
    /// The session.
    pub session: SessionId,
    /// The digests' place in the vault.
    pub credential: CredentialId,
    /// How many.
    pub count: u8,
    /// Now.
    pub now: Timestamp,
}

impl GenerateRecoveryCodes {
    /// # Errors
    /// `NoSecondFactor`, `SessionOver`, `ReauthenticationRequired`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        if !account.requires_second_factor() {
            return Err(Rejection::NoSecondFactor);
        }
        Ok(vec![AccountEvent::RecoveryCodesGenerated { credential: self.credential, count: self.count }])
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    #[test]
    fn a_new_set_replaces_the_old_one() {
        let generate = |credential, now| GenerateRecoveryCodes {
            session: SessionId(id(session_of(0))),
            credential: CredentialId(id(credential)),
            count: 10,
            now: at(now),
        };
        given(signed_in(0))
            .when(|a| generate(1, 10).decide(a, &policy()))
            .then_rejected(Rejection::NoSecondFactor);
        given(with_totp(0)).when_at(50, |a| generate(90, 50).decide(a, &policy())).then_accepted().check(
            |a| {
                assert_eq!(
                    a.recovery_codes.as_ref().map(|c| (c.credential, c.left())),
                    Some((CredentialId(id(90)), 10))
                )
            },
        );
    }
}
