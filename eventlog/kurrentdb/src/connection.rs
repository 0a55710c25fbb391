//! Keeps a client that works: discards it when it fails, makes it anew with growing pauses, and puts a deadline on
//! everything asked of it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eventstore::{Client, ClientSettings};
use futures_util::FutureExt as _;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use watchbook_eventlog::{LogError, fresh};

use crate::error::{Cause, Failed};

/// Between attempts to connect: after the first failure, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Between attempts at one request: after the first failure, and at most.
const FIRST_RETRY: Duration = Duration::from_millis(10);
const LONGEST_RETRY: Duration = Duration::from_millis(500);

pub(crate) struct Connection {
    settings: ClientSettings,
    deadline: Duration,
    patience: Duration,
    /// Bounds what is under way, and with it memory.
    permits: Semaphore,
    concurrency: u32,
    state: Mutex<State>,
    making: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    closed: bool,
    current: Option<Arc<Held>>,
    generation: u64,
    failures: u32,
    retry_at: Option<Instant>,
    down_since: Option<Instant>,
}

/// A client with a runtime of its own. The client's connection loop holds a handle to itself and so outlives the
/// client; with the runtime it ends.
pub(crate) struct Held {
    pub(crate) client: Client,
    generation: u64,
    runtime: Option<Runtime>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The pauses between attempts at one request.
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    /// False when it is at an end.
    pub(crate) async fn pause(&mut self) -> bool {
        if Instant::now() >= self.until {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = LONGEST_RETRY.min(self.pause * 2);
        true
    }
}

impl Connection {
    pub(crate) fn new(
        settings: ClientSettings,
        deadline: Duration,
        patience: Duration,
        concurrency: u32,
    ) -> Self {
        Self {
            settings,
            deadline,
            patience,
            permits: Semaphore::new(concurrency as usize),
            concurrency,
            state: Mutex::default(),
            making: tokio::sync::Mutex::new(()),
        }
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience { until: Instant::now() + self.patience, pause: FIRST_RETRY }
    }

    /// Makes the first client. Connects to nothing yet, but finds out whether the settings make sense.
    pub(crate) async fn prepare(&self) -> Result<(), Cause> {
        self.held(Instant::now()).await.map(drop)
    }

    /// Asks once.
    pub(crate) async fn once<T, Fut>(
        &self,
        patience: &Patience,
        what: impl FnOnce(Client) -> Fut,
    ) -> Result<T, Failed>
    where
        Fut: Future<Output = eventstore::Result<T>>,
    {
        let permit = tokio::time::timeout(self.patience, self.permits.acquire()).await;
        let _permit = match permit {
            Ok(Ok(permit)) => permit,
            Ok(Err(_closed)) => return Err(Failed::Unreachable(Cause::Closed)),
            Err(_elapsed) => return Err(Failed::Unreachable(Cause::Busy)),
        };
        let held = self.held(patience.until).await.map_err(Failed::Unreachable)?;
        // The client panics at answers that it does not know.
        let asked = AssertUnwindSafe(what(held.client.clone())).catch_unwind();
        let failed = match tokio::time::timeout(self.deadline, asked).await {
            Ok(Ok(Ok(answer))) => {
                self.worked(&held);
                return Ok(answer);
            }
            Ok(Ok(Err(error))) => Failed::of(error),
            Ok(Err(_panic)) => Failed::Unclear(Cause::BrokeDown),
            Err(_elapsed) => Failed::Unclear(Cause::Deadline),
        };
        if matches!(failed, Failed::Unclear(_)) {
            self.broke(&held);
        } else {
            self.worked(&held);
        }
        Err(failed)
    }

    /// Asks until there is an answer, or patience is at an end: for what changes nothing.
    pub(crate) async fn read<T, Fut>(&self, what: impl Fn(Client) -> Fut) -> Result<T, LogError>
    where
        Fut: Future<Output = eventstore::Result<T>>,
    {
        let mut patience = self.patience();
        loop {
            match self.once(&patience, &what).await {
                Ok(answer) => return Ok(answer),
                Err(failed @ (Failed::Moved(_) | Failed::Unclear(_))) => {
                    if !patience.pause().await {
                        return Err(failed.into());
                    }
                }
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// The client, a new one if need be. Waits for the next attempt to be due, unless that is after `until` or KurrentDB
    /// has been away for so long that nobody should wait for it.
    pub(crate) async fn held(&self, until: Instant) -> Result<Arc<Held>, Cause> {
        loop {
            if let Some(at) = self.due(until)? {
                tokio::time::sleep_until(at).await;
            }
            let _making = self.making.lock().await;
            let generation = {
                let mut state = self.state();
                if let Some(held) = &state.current {
                    return Ok(held.clone());
                }
                if state.retry_at.is_some_and(|at| at > Instant::now()) {
                    continue;
                }
                state.generation += 1;
                state.generation
            };
            let held = Arc::new(make(self.settings.clone(), generation).await?);
            let mut state = self.state();
            if state.closed {
                return Err(Cause::Closed);
            }
            state.current = Some(held.clone());
            return Ok(held);
        }
    }

    /// When the next attempt is due, if that is later than now.
    fn due(&self, until: Instant) -> Result<Option<Instant>, Cause> {
        let state = self.state();
        if state.closed {
            return Err(Cause::Closed);
        }
        let now = Instant::now();
        let Some(at) = state.retry_at.filter(|at| *at > now && state.current.is_none()) else {
            return Ok(None);
        };
        let given_up = state.down_since.is_some_and(|since| now - since > self.patience);
        if at > until || (given_up && until <= now + self.patience) {
            return Err(Cause::Down);
        }
        Ok(Some(at))
    }

    fn worked(&self, held: &Held) {
        let mut state = self.state();
        if state.failures > 0 && state.generation == held.generation {
            state.failures = 0;
            state.retry_at = None;
            if state.down_since.take().is_some() {
                tracing::info!("KurrentDB answers again");
            }
        }
    }

    /// Discards the client, unless that was done already. Who still uses it goes on until it fails for them too.
    pub(crate) fn broke(&self, held: &Held) {
        let mut state = self.state();
        if state.current.as_ref().is_none_or(|current| current.generation != held.generation) {
            return;
        }
        state.current = None;
        let pause = LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.saturating_pow(state.failures.min(16)));
        state.failures += 1;
        // Between half and the whole of it, so that processes do not come back all at once.
        let share = f64::from(u32::from_be_bytes(fresh::bytes())) / f64::from(u32::MAX);
        let now = Instant::now();
        state.retry_at = Some(now + pause.mul_f64(0.5 + share / 2.0));
        if state.down_since.is_none() {
            state.down_since = Some(now);
            tracing::warn!("KurrentDB does not answer, or not well; connecting anew");
        }
    }

    /// Lets what is under way end, then refuses everything.
    pub(crate) async fn close(&self) {
        self.state().closed = true;
        let all = self.permits.acquire_many(self.concurrency);
        let _ = tokio::time::timeout(self.deadline, all).await;
        self.permits.close();
        self.state().current = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads certificates, hence not on a thread of the caller's runtime.
async fn make(settings: ClientSettings, generation: u64) -> Result<Held, Cause> {
    let made = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kurrentdb")
            .enable_all()
            .build()?;
        let client = Client::with_runtime_handle(runtime.handle().clone(), settings);
        let mut held = match client {
            Ok(client) => Held { client, generation, runtime: None },
            Err(error) => {
                runtime.shutdown_background();
                return Err(error.into());
            }
        };
        held.runtime = Some(runtime);
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(held)
    });
    made.await.map_err(|_| Cause::BrokeDown)?.map_err(Cause::Unmakeable)
}
