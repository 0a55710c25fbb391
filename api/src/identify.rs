//! From what a person typed to the account that holds it, by the claim streams.

use crate::app::App;
use crate::problem::Problem;
use watchbook_domain::{AccountId, Identifier};
use watchbook_eventlog::StreamId;

impl App {
    /// The stream that says who holds an identifier.
    pub fn claim_stream(&self, identifier: &Identifier) -> StreamId {
        self.claims.stream(self.keyring.stream_key("claim", &identifier.claim_key()))
    }

    /// The account that holds an identifier.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn holder(&self, identifier: &Identifier) -> Result<Option<AccountId>, Problem> {
        let claim = self.claims.load(&self.claim_stream(identifier)).await?;
        let Some((account, _)) = claim.state.holder else { return Ok(None) };
        // A claim may wait for its proof, or outlast the change to another identifier: what the account has, counts.
        let state = self.account(account).await?;
        let has = match identifier {
            Identifier::Phone(number) => state.phone_number() == Some(number),
            Identifier::Email(email) => state.email.as_ref() == Some(email),
            Identifier::UserNumber(_) => true,
        };
        Ok(has.then_some(account))
    }

    /// Whether `account` still holds its address.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn holds_its_address(&self, account: AccountId) -> Result<bool, Problem> {
        let email = self.account(account).await?.email.clone();
        match email {
            Some(email) => Ok(self.holder(&Identifier::Email(email)).await? == Some(account)),
            None => Ok(false),
        }
    }
}
