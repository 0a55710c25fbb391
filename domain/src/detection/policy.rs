//! Every threshold of detection, with its default. All of it is configuration; the defaults have not met your
//! traffic.

use super::response::ResponsePolicy;
use serde::{Deserialize, Serialize};

macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty = $default:expr,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
    )*};
}

policies! {
    /// What detectors go by. Times are whole seconds, shares between 0 and 1.
    DetectionPolicy {
        /// Guessing at one account.
        brute_force: BruteForcePolicy = Default::default(),
        /// Guessing at one account from many addresses.
        distributed_brute_force: DistributedPolicy = Default::default(),
        /// Stolen pairs of identifier and password, tried from one address.
        credential_stuffing: StuffingPolicy = Default::default(),
        /// A few passwords, tried on many accounts.
        password_spraying: SprayingPolicy = Default::default(),
        /// A success that a campaign may have had.
        success_after_campaign: AfterCampaignPolicy = Default::default(),
        /// Two places too far apart.
        impossible_travel: TravelPolicy = Default::default(),
        /// A new device in a new country or network.
        unfamiliar_context: UnfamiliarPolicy = Default::default(),
        /// Prompts until somebody says yes.
        factor_fatigue: FatiguePolicy = Default::default(),
        /// Guessing at codes.
        code_guessing: CodePolicy = Default::default(),
        /// Recovery as the way in, and a takeover's next steps.
        recovery_abuse: RecoveryPolicy = Default::default(),
        /// A phone number that may be in other hands.
        sim_swap: SimSwapPolicy = Default::default(),
        /// A session that goes on elsewhere.
        session_hijack: HijackPolicy = Default::default(),
        /// An account that nobody used.
        dormant_account: DormantPolicy = Default::default(),
        /// How unlikely a sign-in is.
        risk_score: ScorePolicy = Default::default(),
        /// What is kept in mind.
        memory: MemoryPolicy = Default::default(),
        /// What follows from alerts.
        response: ResponsePolicy = Default::default(),
    }

    /// Guessing at one account.
    BruteForcePolicy {
        /// Failures in a row.
        failures: u32 = 10,
        /// Within so long.
        window_seconds: u32 = 900,
    }

    /// Guessing at one account from many addresses.
    DistributedPolicy {
        /// Addresses.
        addresses: u32 = 5,
        /// Failures.
        failures: u32 = 8,
        /// Within so long.
        window_seconds: u32 = 3_600,
        /// Only from so many countries,
        countries: u32 = 2,
        /// or so many networks.
        networks: u32 = 3,
    }

    /// Stolen pairs of identifier and password, tried from one address.
    StuffingPolicy {
        /// Accounts, those that were not tried too often each.
        accounts: u32 = 15,
        /// Tries of an account that counts.
        tries: u32 = 2,
        /// Within so long.
        window_seconds: u32 = 900,
        /// Share of tries that fail.
        failing_share: f64 = 0.8,
        /// An address with this share of successes is one that people share.
        exempt_success_share: f64 = 0.2,
    }

    /// A few passwords, tried on many accounts.
    SprayingPolicy {
        /// Accounts, those that were not tried too often each.
        accounts: u32 = 8,
        /// Tries of an account that counts.
        tries: u32 = 5,
        /// Failures.
        failures: u32 = 25,
        /// Within so long.
        window_seconds: u32 = 3_600,
        /// Share of tries that fail, for neighbourhoods and for user agent and network, which people share.
        shared_failing_share: f64 = 0.8,
    }

    /// A success that a campaign may have had.
    AfterCampaignPolicy {
        /// So long after the campaign was last seen.
        after_seconds: u32 = 10_800,
    }

    /// Two places too far apart.
    TravelPolicy {
        /// Kilometres, after both radii are taken off.
        least_km: f64 = 500.0,
        /// Kilometres an hour; more than this alerts.
        most_km_per_hour: f64 = 900.0,
        /// Sign-ins before the first alert.
        learn_sign_ins: u32 = 10,
    }

    /// A new device in a new country or network.
    UnfamiliarPolicy {
        /// Successes that a device is looked for in.
        device_sign_ins: u32 = 20,
        /// Successes that a country is looked for in.
        country_sign_ins: u32 = 10,
        /// Successes that a network is looked for in.
        network_sign_ins: u32 = 20,
        /// After "this was not me", successes of the last so many seconds are not the owner's any more.
        disowned_seconds: u32 = 604_800,
    }

    /// Prompts until somebody says yes.
    FatiguePolicy {
        /// Prompts denied or not answered.
        prompts: u32 = 5,
        /// Within so long.
        window_seconds: u32 = 600,
        /// So many before a yes make the yes suspicious.
        before_success: u32 = 3,
    }

    /// Guessing at codes.
    CodePolicy {
        /// Wrong codes of one challenge.
        per_challenge: u32 = 5,
        /// Wrong codes of one account
        per_account: u32 = 20,
        /// within so long.
        window_seconds: u32 = 3_600,
    }

    /// Recovery as the way in, and a takeover's next steps.
    RecoveryPolicy {
        /// Requests for one account.
        requests: u32 = 5,
        /// Within so long.
        window_seconds: u32 = 3_600,
        /// A reset, and a change of factor or address so soon after, on a device that was new so recently.
        sequence_seconds: u32 = 3_600,
    }

    /// A phone number that may be in other hands.
    SimSwapPolicy {
        /// So long after the change.
        after_seconds: u32 = 259_200,
    }

    /// A session that goes on elsewhere.
    HijackPolicy {
        /// Whether a newer version of the same browser is the same browser.
        tolerate_upgrades: bool = true,
    }

    /// An account that nobody used.
    DormantPolicy {
        /// Days without a success.
        days: u32 = 90,
    }

    /// How unlikely a sign-in is, compared with those of accounts with as long a history.
    ScorePolicy {
        /// Scores above this share of earlier ones alert with medium severity,
        medium_quantile: f64 = 0.99,
        /// above this one with high severity.
        high_quantile: f64 = 0.999,
        /// Scores to learn before the first alert, for each length of history.
        learn_scores: u32 = 1_000,
        /// Users kept in mind.
        users: usize = 200_000,
        /// Values of one kind kept in mind, over all users.
        values: usize = 500_000,
        /// Values of one kind kept in mind for each user.
        values_of_user: usize = 64,
    }

    /// What is kept in mind: what was used longest ago makes room.
    MemoryPolicy {
        /// Accounts, of each detector.
        accounts: usize = 100_000,
        /// Sources, of each detector.
        sources: usize = 50_000,
        /// Sessions.
        sessions: usize = 100_000,
        /// Alerts that repetitions are folded into.
        alerts: usize = 100_000,
    }
}
