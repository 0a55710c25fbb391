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
        // A number is good to sign in with once it is proved, and as long as the account has it.
        if let Identifier::Phone(number) = identifier
            && self.account(account).await?.phone_number() != Some(number)
        {
            return Ok(None);
        }
        Ok(Some(account))
    }

    /// Whether `account` still holds the address it was registered with.
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
