//! The sweeper: destroys secrets that no event names. They are left when a node dies between vault and
//! event, or between event and vault. Also forgets sources that owe nothing, and releases former addresses.

use crate::notifier::Failure;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watchbook_domain::claim::Claim;
use watchbook_domain::recovery_case::RecoveryCase;
use watchbook_domain::service_key::ServiceKey;
use watchbook_domain::{Account, AccountId, CredentialId, RecoveryCaseId, ServiceKeyId};
use watchbook_eventlog::documents::chunk_name;
use watchbook_eventlog::{Clock, Keyring, Purpose, Repository, SecretName, StoredSecret, Vault};
use watchbook_projections::Views;

/// Secrets looked at in one round trip.
const PAGE: usize = 500;
/// Between sweeps.
const PAUSE: Duration = Duration::from_secs(3_600);
/// Younger secrets may still be waiting for their event.
const AGE: TimeDelta = TimeDelta::hours(1);

/// The parts of the sweeper.
#[derive(Clone)]
pub struct Sweeper {
    /// Where the secrets lie.
    pub vault: Arc<dyn Vault>,
    /// Where leases lie, and the budgets of sources, where nodes share them.
    pub views: Views,
    /// Which credentials accounts have.
    pub accounts: Repository<Account>,
    /// Claims on identifiers.
    pub claims: Repository<Claim>,
    /// Names the streams of claims.
    pub keyring: Arc<Keyring>,
    /// Which credentials service keys have.
    pub service_keys: Repository<ServiceKey>,
    /// Which documents recovery cases have.
    pub cases: Repository<RecoveryCase>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Sweeper {
    /// Sweeps now and every hour, until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        self.views.under_lease("sweeper", &stop, |stop, _| self.work(stop)).await;
    }

    async fn work(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.sweep().await {
                Ok(0) => {}
                Ok(swept) => tracing::info!(swept, "secrets without an event were destroyed"),
                Err(error) => tracing::warn!(error = %error, "the sweep was not finished"),
            }
            if let Some(budgets) = self.views.budgets() {
                let now = self.clock.now();
                if let Err(error) = budgets.forget(now, now.day_number()).await {
                    tracing::warn!(error = %Failure::new(error), "the budgets of sources were not cleared");
                }
            }
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    /// One sweep; answers how many secrets were destroyed.
    async fn sweep(&self) -> Result<u64, Failure> {
        let before = self.clock.now() - AGE;
        let (mut last, mut swept) = (None, 0);
        loop {
            let page = self.vault.list_secrets(before, last.as_ref(), PAGE).await?;
            for secret in &page {
                if !self.in_use(secret).await? {
                    self.remove(secret).await?;
                    swept += 1;
                } else if secret.purpose == Purpose::Password.as_str() {
                    // Every account has one, so every account comes by here.
                    self.release_former_address(AccountId(secret.subject.0)).await?;
                }
            }
            if page.len() < PAGE {
                return Ok(swept);
            }
            last = page.into_iter().next_back();
        }
    }

    async fn in_use(&self, secret: &StoredSecret) -> Result<bool, Failure> {
        if secret.purpose == Purpose::ServiceKey.as_str() {
            let key = self
                .service_keys
                .load(&self.service_keys.stream(ServiceKeyId(secret.subject.0)))
                .await?
                .state;
            return Ok(key.credential == Some(secret.credential));
        }
        if secret.purpose == Purpose::Document.as_str() {
            let id = RecoveryCaseId(secret.subject.0);
            let case = self.cases.load(&self.cases.stream(id)).await?.state;
            let mut chunks = case.documents.iter().flat_map(|(document, known)| {
                (0..known.chunks).map(move |index| chunk_name(id, *document, index).credential)
            });
            return Ok(chunks.any(|chunk| chunk == secret.credential));
        }
        let account = self.accounts.load(&self.accounts.stream(AccountId(secret.subject.0))).await?.state;
        Ok(credentials(&account).any(|credential| credential == secret.credential))
    }

    async fn remove(&self, secret: &StoredSecret) -> Result<(), Failure> {
        if let Some(purpose) = Purpose::from_stored(&secret.purpose) {
            let name = SecretName { subject: secret.subject, credential: secret.credential, purpose };
            self.vault.remove_secret(name).await?;
        }
        Ok(())
    }
}

fn credentials(account: &Account) -> impl Iterator<Item = CredentialId> + '_ {
    let totp = account.totp.map(|totp| totp.credential);
    let enrolment = account.totp_enrolment.map(|enrolment| enrolment.credential);
    let codes = account.recovery_codes.as_ref().map(|codes| codes.credential);
    let former = account.password_standing.former.iter().copied();
    [account.password, totp, enrolment, codes].into_iter().flatten().chain(former)
}
