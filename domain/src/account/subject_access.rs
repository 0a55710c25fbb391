//! A person gets a copy of what is kept about them (GDPR, article 15).

use super::{Account, AccountEvent, Rejection};
use crate::policy::Policy;
use crate::{SessionId, Timestamp};

/// Takes a copy. Recorded before it is handed over: whoever gets it knows all about the person.
#[derive(Clone, Copy, Debug)]
pub struct CopyData {
    /// The person's own session, which must have proved anew who they are; none when compliance hands it over.
    pub session: Option<SessionId>,
    /// Now.
    pub now: Timestamp,
}

impl CopyData {
    /// # Errors
    /// `NotRegistered`, `SessionOver`, `ReauthenticationRequired`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if let Some(session) = self.session {
            account.fresh_session(session, policy, self.now)?;
        }
        Ok(vec![AccountEvent::PersonalDataCopied])
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    #[test]
    fn the_person_proves_anew_who_they_are() {
        let copy = |session, t| CopyData { session, now: at(t) };
        let own = Some(SessionId(id(session_of(0))));
        given(signed_in(0)).check(|a| {
            assert_eq!(copy(own, 100).decide(a, &policy()), Ok(vec![AccountEvent::PersonalDataCopied]));
            assert_eq!(copy(own, 601).decide(a, &policy()), Err(Rejection::ReauthenticationRequired));
            assert_eq!(copy(Some(SessionId(id(9))), 100).decide(a, &policy()), Err(Rejection::SessionOver));
            assert_eq!(copy(None, 601).decide(a, &policy()), Ok(vec![AccountEvent::PersonalDataCopied]));
        });
        let nobody = Account::default();
        assert_eq!(copy(None, 0).decide(&nobody, &policy()), Err(Rejection::NotRegistered));
    }
}
