//! `watchbook simulate`: drives a running server over HTTP as people would, attackers among them, and says
//! whether anything happened that should not.

mod attacks;
mod captcha;
mod client;
mod contacts;
mod entrance;
mod factors;
mod honest;
mod life;
mod lost;
mod mailbox;
mod message;
mod people;
mod plan;
mod rng;
mod staff;
mod support;
mod tally;
mod unexpected;

pub use client::UrlError;
pub use plan::Kind;
pub use tally::{Ends, Summary};

use crate::config::Config;
use client::{Client, Stop, check_url};
use indicatif::{ProgressBar, ProgressStyle};
use life::{Life, World};
use mailbox::Mailbox;
use message::Kind as MailKind;
use plan::{Journey, Plan};
use rng::Rng;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tally::{Tally, Traffic};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use watchbook_eventlog::{Clock, SystemClock};

/// Longest time of one journey: three mails a minute apart, and waits for an attack and a recovery.
const JOURNEY_LIMIT: Duration = Duration::from_secs(420);

/// How long after something unexpected a mail about it may come.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// How long journeys may go on after the last has begun.
const GRACE: Duration = Duration::from_secs(600);

/// Most people of one run.
const MOST_PEOPLE: u32 = 65_536;

/// What to simulate. The same seed gives the same people, journeys and mistakes.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server to drive.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// Drives a server that is not on this machine, too.
    #[arg(long)]
    pub allow_remote: bool,
    /// How many people take part.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PEOPLE)))]
    pub people: u32,
    /// Journeys that begin in a second.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rate: u32,
    /// Names the course of events.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Journeys of each person.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub rounds: u32,
    /// Percentage of journeys that are attacks.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=90))]
    pub attackers: u32,
    /// Where the server's mails land, one file each.
    #[arg(long, default_value = "data/mail", value_name = "FOLDER")]
    pub mail: PathBuf,
    /// Where the server's text messages land, one file each.
    #[arg(long, default_value = "data/sms", value_name = "FOLDER")]
    pub sms: PathBuf,
    /// Appoints two people as operators for as long as the run takes, by the stores that the configuration names: then
    /// support helps those who have lost everything. Only for a site that is nobody's.
    #[arg(long)]
    pub staff: bool,
    /// How far apart mails are that somebody causes by typing an address: the server's policy.mail_pause_seconds.
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=3_600))]
    pub mail_pause_seconds: u32,
    /// How long a mail may take.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=60))]
    pub mail_wait_seconds: u32,
}

/// Why nothing was simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The URL is not driven.
    #[error("--url cannot be used")]
    Url(#[from] UrlError),
    /// The client cannot be set up.
    #[error("requests cannot be sent")]
    Client(#[from] reqwest::Error),
    /// Nobody answers, or the server is not ready.
    #[error("no server is ready at {0}")]
    NoServer(String),
    /// There are no operators, or they could not be dismissed.
    #[error("--staff: two people could not be made operators, or not be dismissed")]
    Staff(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Drives the server that the options name, until every journey has come to an end or run out of time. `config` is the
/// server's own, if staff takes part.
///
/// # Errors
/// When it cannot begin, or operators cannot be dismissed. What happens on the way is for the summary.
pub async fn run(options: Options, config: Option<&Config>) -> Result<Summary, SimulateError> {
    let url = check_url(&options.url, options.allow_remote)?;
    let client = Client::new(&url)?;
    if !client.is_ready().await {
        return Err(SimulateError::NoServer(url.to_string()));
    }
    let config = config.filter(|_| options.staff);
    let (people, rounds) = (options.people as usize, options.rounds as usize);
    let plan = Plan::new(options.seed, people, rounds, options.attackers, config.is_some());
    let mailbox = Mailbox::open(options.mail.clone(), message::read).await;
    let texts = Mailbox::open(options.sms.clone(), message::read_text).await;
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let world = Arc::new(World {
        client,
        mailbox: mailbox.clone(),
        texts: texts.clone(),
        tally: Tally::default(),
        mail_patience: seconds(options.mail_wait_seconds),
        mail_pause: seconds(options.mail_pause_seconds),
        seed: options.seed,
        staff: OnceLock::new(),
    });

    let watching = [tokio::spawn(mailbox.clone().watch()), tokio::spawn(texts.clone().watch())];
    let begun = Instant::now();
    let done = match config {
        None => {
            drive(&world, plan, options.rate).await;
            Ok(())
        }
        Some(config) => {
            let hired = staff::hire(&world, config).await;
            if hired.is_ok() {
                drive(&world, plan, options.rate).await;
            }
            let dismissed = staff::dismiss(&world, config).await;
            hired.and(dismissed)
        }
    };
    watching.iter().for_each(tokio::task::JoinHandle::abort);
    done?;
    let counts = Traffic {
        requests: world.client.requests(),
        mails: mailbox.total(),
        texts: texts.total(),
        captchas: world.client.solved(),
    };
    Ok(world.tally.summary(counts, begun.elapsed()))
}

async fn drive(world: &Arc<World>, plan: Plan, rate: u32) {
    let progress = progress(plan.journeys.len() as u64);
    let emails: Vec<String> = plan.people.iter().map(|person| person.email.clone()).collect();
    let mut tasks = JoinSet::new();
    // One task a person: nobody does two things at once.
    let mut people = Vec::with_capacity(plan.people.len());
    for person in plan.people {
        let (queue, journeys) = mpsc::unbounded_channel();
        people.push(queue);
        tasks.spawn(live(Life::new(world.clone(), person), journeys, progress.clone()));
    }

    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    for journey in plan.journeys {
        ticks.tick().await;
        if journey.kind.is_of_the_person() {
            // The task lives as long as its queue.
            let _ = people[journey.person].send(journey);
        } else {
            let email = emails[journey.person].clone();
            tasks.spawn(attack(world.clone(), email, journey, progress.clone()));
        }
    }
    drop(people);

    let deadline = Instant::now() + GRACE;
    while let Ok(Some(_)) = timeout_at(deadline, tasks.join_next()).await {}
    tasks.shutdown().await;
    progress.finish_and_clear();
    // Whoever was cut short has not told of the journeys that were left.
    let unfinished = progress.length().unwrap_or(0).saturating_sub(progress.position());
    (0..unfinished).for_each(|_| world.tally.broken_off());
}

async fn live(mut life: Life, mut journeys: mpsc::UnboundedReceiver<Journey>, progress: ProgressBar) {
    let mut opened = 0;
    while let Some(journey) = journeys.recv().await {
        let end = match life.out {
            Some(why) => Err(Stop::Aside(why)),
            None => limited(go(&mut life, &journey)).await,
        };
        let end = match end {
            Err(Stop::Unexpected(what)) => alerted(&mut life, &journey, &mut opened, what).await,
            end => end,
        };
        if journey.kind == Kind::Register && end.is_err() && life.out.is_none() {
            // Told once, not again by each journey to come.
            life.out = Some("the registration went wrong");
        }
        life.world.tally.ended(journey.kind, &end);
        progress.inc(1);
    }
}

/// Somebody about whom there is an alert is asked for more, or locked out: then the way back must be in the mail.
/// `opened` counts their mails up to the last time.
async fn alerted(life: &mut Life, journey: &Journey, opened: &mut usize, what: String) -> Result<(), Stop> {
    let (email, mailbox) = (life.person.email.clone(), &life.world.mailbox);
    if mailbox.wait(&email, *opened, &[MailKind::LockedByAlert], TOLD_WITHIN).await.is_some() {
        *opened = life.mark(&email);
        life.come_back_after_lock(&mut Rng::new(journey.seed)).await?;
        life.world.tally.note("an account that an alert had locked was opened again by its owner");
    } else if mailbox.wait(&email, 0, &[MailKind::Alert], Duration::ZERO).await.is_none() {
        return Err(Stop::Unexpected(what));
    }
    Err(Stop::Aside("an alert about the account asked for more"))
}

async fn attack(world: Arc<World>, email: String, journey: Journey, progress: ProgressBar) {
    let mut rng = Rng::new(journey.seed);
    let end = limited(async {
        match journey.kind {
            Kind::GuessPassword => attacks::guess_password(&world, &email, &mut rng).await,
            Kind::Crowd => attacks::crowd(&world, &mut rng).await,
            _ => attacks::stuffing(&world, &mut rng).await,
        }
    });
    world.tally.ended(journey.kind, &end.await);
    progress.inc(1);
}

async fn go(life: &mut Life, journey: &Journey) -> Result<(), Stop> {
    let rng = &mut Rng::new(journey.seed);
    match journey.kind {
        Kind::Register => life.register(rng).await,
        Kind::EnrolApp => life.enrol_app(rng).await,
        Kind::NewDevice => life.new_device(rng).await,
        Kind::Forgot => life.forgot(rng).await,
        Kind::ChangePassword => life.change_password(rng).await,
        Kind::EndOthers => life.end_others(rng).await,
        Kind::RemoveApp => life.remove_app(rng).await,
        Kind::Disown => life.disown(rng).await,
        Kind::GuessCode => life.suffer_code_guesses(rng).await,
        Kind::SpentLink => life.suffer_spent_links(rng).await,
        Kind::ByNumber => life.sign_in_by_number(rng).await,
        Kind::EnrolPasskey => life.enrol_passkey(rng).await,
        Kind::EnrolSms => life.enrol_sms(rng).await,
        Kind::PasskeyAlone => life.passkey_alone(rng).await,
        Kind::Approve => life.approve_unexpected(rng).await,
        Kind::Deny => life.deny_unexpected(rng).await,
        Kind::TrustDevice => life.trust_device(rng).await,
        Kind::RecoveryAddress => life.look_after_addresses(rng).await,
        Kind::ChangeAddress => life.change_address_and_back(rng).await,
        Kind::EndOne => life.end_one(rng).await,
        Kind::LostFactor => life.lose_factor(rng).await,
        Kind::Support => life.ask_support(rng).await,
        Kind::ForcedChange => life.be_forced(rng).await,
        Kind::SignIn | Kind::Stuffing | Kind::GuessPassword | Kind::Crowd => life.ordinary(rng).await,
    }
}

async fn limited(journey: impl Future<Output = Result<(), Stop>>) -> Result<(), Stop> {
    let out_of_time = Err(Stop::Unexpected("the journey did not come to an end in time".into()));
    timeout(JOURNEY_LIMIT, journey).await.unwrap_or(out_of_time)
}

/// On the standard error, and only if that is a terminal.
fn progress(journeys: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} journeys, {elapsed} (about {eta} to go)");
    let bar = ProgressBar::new(journeys);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The machine's clock in seconds since 1970, for codes of authenticator apps.
fn now_seconds() -> u64 {
    u64::try_from(SystemClock.now().unix_seconds()).unwrap_or(0)
}
