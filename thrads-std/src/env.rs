//! A publisher's settings from the environment, as servers are set up.
//!
//! Beside `thrads`. Section 1 of the wire contract.

use crate::fleet::Fleet;
use crate::options::Options;
use crate::thrads::Thrads;
use crate::transport::StartError;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::num::NonZeroU32;
use std::time::Duration;
use std::{env, io, str};
use thrads_core::{ApiKey, BaseUrl, Endpoints, Environment, Publisher};
use zeroize::Zeroizing;

/// A variable of the environment that is missing or holds what cannot be used. It names the variable and never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvError {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: EnvProblem,
}

/// What is wrong with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvProblem {
    /// It has to be there and is not, or is empty.
    Missing,
    /// It is there beside another that says the same.
    Twice,
    /// It says something of a Redis, and no `THRADS_REDIS_URL` names one.
    NoRedis,
    /// It names a file that cannot be read.
    Unreadable,
    /// Its value cannot be used.
    Value,
    /// None of the variables: this machine has no more threads.
    Machine,
    /// It asks for a feature that this program was built without.
    NotBuilt,
}

impl Thrads {
    /// Starts as the environment says. An empty variable counts as one that is not there.
    ///
    /// | variable | |
    /// |---|---|
    /// | `THRADS_API_KEY` | the key |
    /// | `THRADS_API_KEY_FILE` | or a file that holds it, such as a mounted secret |
    /// | `THRADS_ENV` | `staging` or `production`: what the key is for; `staging` |
    /// | `THRADS_BASE_URL` | where the v1 API is |
    /// | `THRADS_SSP_URL` | where the SSP is |
    /// | `THRADS_TIMEOUT_MS` | how long an ask may take over all, 1 to 60000; 5000 |
    /// | `THRADS_REDIS_URL` | one budget for all processes that name it, `redis://` or `rediss://`; feature `redis` |
    /// | `THRADS_REDIS_CA_FILE` | a file with the authorities of its certificate, in PEM; the system's |
    /// | `THRADS_REPLICAS` | how many of them there are at most, from 1 on; 1 |
    ///
    /// The last two need a `THRADS_REDIS_URL`. Proxies are [`Proxies::Environment`](crate::Proxies::Environment).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thrads_std::EnvError> {
    /// let thrads = thrads_std::Thrads::from_env()?;
    /// # drop(thrads);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnvError`], which names the variable.
    pub fn from_env() -> Result<Self, EnvError> {
        let Setup { publisher, options, fleet } =
            // What is no UTF-8 is there all the same, and no value that can be used.
            Setup::read(|name| Some(env::var_os(name)?.to_string_lossy().into_owned()))?;
        Self::start(publisher, options, fleet).map_err(EnvError::start)
    }
}

impl EnvError {
    /// What keeps a process from starting that is set up rightly: blamed on the variable that can mend it.
    pub(crate) fn start(error: StartError) -> Self {
        match error {
            StartError::Proxy => Self::value("HTTPS_PROXY"),
            StartError::Tls => Self::value("SSL_CERT_FILE"),
            StartError::Redis => Self::value(REDIS_URL),
            StartError::Authority => Self::value(REDIS_CA_FILE),
            StartError::Thread | StartError::Secret => {
                Self { variable: "", problem: EnvProblem::Machine }
            }
        }
    }

    const fn value(variable: &'static str) -> Self {
        Self { variable, problem: EnvProblem::Value }
    }
}

impl fmt::Display for EnvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.problem {
            EnvProblem::Missing => "is missing",
            EnvProblem::Twice => "is there beside THRADS_API_KEY: set one of them",
            EnvProblem::NoRedis => "is there without THRADS_REDIS_URL: set both or neither",
            EnvProblem::Unreadable => "names a file that cannot be read",
            EnvProblem::Value => "holds a value that cannot be used",
            EnvProblem::Machine => return f.write_str("no thread could be made"),
            EnvProblem::NotBuilt => "needs a feature that this program was built without",
        };
        write!(f, "{} {problem}", self.variable)
    }
}

impl std::error::Error for EnvError {}

struct Setup {
    publisher: Publisher,
    options: Options,
    fleet: Option<Fleet>,
}

impl Setup {
    fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, EnvError> {
        let read = |name| variable(name).filter(|value| !value.trim().is_empty());
        let key = key(read(KEY), read(KEY_FILE))?;
        let environment = match read(ENV).as_deref().map(str::trim) {
            None | Some("staging") => Environment::Staging,
            Some("production") => Environment::Production,
            Some(_) => return Err(EnvError::value(ENV)),
        };
        let base = |name, default| match read(name) {
            Some(url) => BaseUrl::new(url.trim()).map_err(|_| EnvError::value(name)),
            None => Ok(default),
        };
        let platform = Endpoints::default();
        let endpoints =
            Endpoints { v1: base(BASE_URL, platform.v1)?, ssp: base(SSP_URL, platform.ssp)? };
        let mut options = Options::default();
        if let Some(millis) = read(TIMEOUT_MS) {
            let millis = millis.trim().parse().ok().filter(|millis| (1..=60_000).contains(millis));
            options.timeout = Duration::from_millis(millis.ok_or(EnvError::value(TIMEOUT_MS))?);
        }
        let publisher = Publisher { key, environment, endpoints };
        Ok(Self { publisher, options, fleet: fleet(read)? })
    }
}

fn authority(path: &str) -> Result<Zeroizing<Vec<u8>>, EnvError> {
    let unreadable = EnvError { variable: REDIS_CA_FILE, problem: EnvProblem::Unreadable };
    contents(path).map_err(|_| unreadable)
}

/// What is in a file, all in one place of the memory; an error where that is more than any such file holds.
fn contents(path: &str) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_IN_A_FILE + 1));
    File::open(path)?.take(MOST_IN_A_FILE as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST_IN_A_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn fleet(read: impl Fn(&'static str) -> Option<String>) -> Result<Option<Fleet>, EnvError> {
    let Some(url) = read(REDIS_URL) else {
        return match [REDIS_CA_FILE, REPLICAS].into_iter().find(|name| read(name).is_some()) {
            Some(variable) => Err(EnvError { variable, problem: EnvProblem::NoRedis }),
            None => Ok(None),
        };
    };
    let replicas = match read(REPLICAS) {
        Some(number) => number.trim().parse().map_err(|_| EnvError::value(REPLICAS))?,
        None => NonZeroU32::MIN,
    };
    let authority = read(REDIS_CA_FILE).map(|path| authority(path.trim())).transpose()?;
    let authority = authority.as_ref().map(|pem| pem.as_slice());
    let not_built = EnvError { variable: REDIS_URL, problem: EnvProblem::NotBuilt };
    let wrong = |error| if cfg!(feature = "redis") { EnvError::start(error) } else { not_built };
    Fleet::of_env(&url, authority, replicas.get()).map(Some).map_err(wrong)
}

fn key(given: Option<String>, file: Option<String>) -> Result<ApiKey, EnvError> {
    let (variable, text) = match (given, file) {
        (Some(_), Some(_)) => {
            return Err(EnvError { variable: KEY_FILE, problem: EnvProblem::Twice });
        }
        (Some(key), None) => (KEY, Zeroizing::new(key.into_bytes())),
        (None, Some(path)) => {
            let unreadable = EnvError { variable: KEY_FILE, problem: EnvProblem::Unreadable };
            (KEY_FILE, contents(path.trim()).map_err(|_| unreadable)?)
        }
        (None, None) => return Err(EnvError { variable: KEY, problem: EnvProblem::Missing }),
    };
    let text = str::from_utf8(&text).map_err(|_| EnvError::value(variable))?;
    ApiKey::new(text).map_err(|_| EnvError::value(variable))
}

const KEY: &str = "THRADS_API_KEY";
const KEY_FILE: &str = "THRADS_API_KEY_FILE";
const ENV: &str = "THRADS_ENV";
const BASE_URL: &str = "THRADS_BASE_URL";
const SSP_URL: &str = "THRADS_SSP_URL";
const TIMEOUT_MS: &str = "THRADS_TIMEOUT_MS";
const REDIS_URL: &str = "THRADS_REDIS_URL";
const REDIS_CA_FILE: &str = "THRADS_REDIS_CA_FILE";
const REPLICAS: &str = "THRADS_REPLICAS";
/// A mebibyte: four times what all authorities of a system take.
const MOST_IN_A_FILE: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn setup(variables: &[(&'static str, &str)]) -> Result<Setup, EnvError> {
        Setup::read(|name| {
            let mut found = variables.iter().filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_key_alone_is_staging_at_the_platforms_own_place() {
        let Setup { publisher, options, .. } = setup(&[(KEY, " k-1\n")]).unwrap();
        assert_eq!(publisher.key.expose(), "k-1");
        assert_eq!(publisher.environment, Environment::Staging);
        assert_eq!(publisher.endpoints, Endpoints::default());
        assert_eq!(options, Options::default());
    }

    #[test]
    fn every_variable_counts() {
        let Setup { publisher, options, .. } = setup(&[
            (KEY, "k"),
            (ENV, "production"),
            (BASE_URL, "https://one.example/"),
            (SSP_URL, "http://127.0.0.1:9"),
            (TIMEOUT_MS, "1500"),
        ])
        .unwrap();
        assert_eq!(publisher.environment, Environment::Production);
        assert_eq!(publisher.endpoints.v1.as_str(), "https://one.example");
        assert_eq!(publisher.endpoints.ssp.as_str(), "http://127.0.0.1:9");
        assert_eq!(options.timeout, Duration::from_millis(1500));
    }

    #[test]
    fn a_key_may_be_in_a_file_but_not_in_both() {
        let path = env::temp_dir().join(format!("thrads-key-{}", std::process::id()));
        fs::write(&path, "k-from-file\n").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(setup(&[(KEY_FILE, path)]).unwrap().publisher.key.expose(), "k-from-file");
        let twice = setup(&[(KEY_FILE, path), (KEY, "k")]).err();
        assert_eq!(twice, Some(EnvError { variable: KEY_FILE, problem: EnvProblem::Twice }));
        fs::remove_file(path).unwrap();
        let gone = setup(&[(KEY_FILE, path)]).err();
        assert_eq!(gone, Some(EnvError { variable: KEY_FILE, problem: EnvProblem::Unreadable }));
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let path = env::temp_dir().join(format!("thrads-long-{}", std::process::id()));
        File::create(&path).unwrap().set_len(1 << 31).unwrap();
        let file = path.to_str().unwrap();
        let unreadable = |variable| Some(EnvError { variable, problem: EnvProblem::Unreadable });
        assert_eq!(setup(&[(KEY_FILE, file)]).err(), unreadable(KEY_FILE));
        let redis = (REDIS_URL, "rediss://127.0.0.1");
        let authority = setup(&[(KEY, "k"), redis, (REDIS_CA_FILE, file)]).err();
        assert_eq!(authority, unreadable(REDIS_CA_FILE));
        fs::write(&path, b"k-\xff").unwrap();
        assert_eq!(setup(&[(KEY_FILE, file)]).err(), Some(EnvError::value(KEY_FILE)));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_bad_value_names_its_variable_and_not_itself() {
        for (variable, value) in [
            (KEY, "not a key"),
            (ENV, "prod"),
            (BASE_URL, "http://shop.example"),
            (SSP_URL, "ssp.thrads.ai"),
            (TIMEOUT_MS, "0"),
            (TIMEOUT_MS, "5 s"),
        ] {
            let rest = [(KEY, "k")].into_iter().filter(|_| variable != KEY);
            let variables: Vec<_> = [(variable, value)].into_iter().chain(rest).collect();
            let error = setup(&variables).err().unwrap();
            assert_eq!(error, EnvError::value(variable));
            assert!(!error.to_string().contains(value), "{error}");
        }
        let missing = setup(&[(KEY, "")]).err().unwrap();
        assert_eq!(missing.to_string(), "THRADS_API_KEY is missing");
    }

    #[test]
    fn what_is_said_of_a_redis_needs_one() {
        for (variable, value) in [(REDIS_CA_FILE, file!()), (REPLICAS, "4")] {
            let error = setup(&[(KEY, "k"), (variable, value)]).err().unwrap();
            assert_eq!(error, EnvError { variable, problem: EnvProblem::NoRedis });
            assert!(error.to_string().starts_with(variable), "{error}");
        }
    }

    #[test]
    fn a_fleet_has_a_replica_at_least() {
        for replicas in ["0", "-1", "two"] {
            let url = (REDIS_URL, "redis://redis.example");
            let error = setup(&[(KEY, "k"), url, (REPLICAS, replicas)]).err();
            assert_eq!(error, Some(EnvError::value(REPLICAS)), "{replicas}");
        }
    }

    #[cfg(feature = "redis")]
    #[test]
    fn an_authority_of_redis_is_a_file_of_certificates_for_a_url_of_tls() {
        let path = env::temp_dir().join(format!("thrads-authority-{}", std::process::id()));
        let file = path.to_str().unwrap();
        let fleet = |url, file| {
            let setup = setup(&[(KEY, "k"), (REDIS_URL, url), (REDIS_CA_FILE, file)]);
            setup.map(|setup| setup.fleet.is_some())
        };
        let tls = "rediss://redis.example:6379";
        let unreadable = EnvError { variable: REDIS_CA_FILE, problem: EnvProblem::Unreadable };
        assert_eq!(fleet(tls, file), Err(unreadable));
        fs::write(&path, "no certificate").unwrap();
        assert_eq!(fleet(tls, file), Err(EnvError::value(REDIS_CA_FILE)));
        fs::write(&path, AUTHORITY).unwrap();
        assert_eq!(fleet(tls, file), Ok(true));
        let plain = "redis://redis.example:6379";
        assert_eq!(fleet(plain, file), Err(EnvError::value(REDIS_CA_FILE)));
        assert_eq!(fleet("redis.example", file), Err(EnvError::value(REDIS_URL)));
        fs::remove_file(path).unwrap();
    }

    /// Of itself, for the name `redis`; its key was thrown away.
    #[cfg(feature = "redis")]
    const AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIUa5zG5Q2V/+kKW5WLGfx4N53KVsEwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFcmVkaXMwIBcNMjYxMTIyMTEzMjIwWhgPMjEyNjEwMjkxMTMy
MjBaMBAxDjAMBgNVBAMMBXJlZGlzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
Q0u2NjeENeV0tSmYBVmATpy/jJf87ZFJXn0I/fuefnoXJzjEjbgCU1OG1RzKLkk1
DCL6hk6iuThLQ1Q8OrL7sqNTMFEwHQYDVR0OBBYEFKB7BTknx/412tBxXazUoMj3
qIG9MB8GA1UdIwQYMBaAFKB7BTknx/412tBxXazUoMj3qIG9MA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgZT9mBSvaqvHiwaKEOpjObEta9XLYzgmZ
ozm+aRyGKJ8CIBrPYXZUTUoshb7EHyLWLpMVdOd927cvOHTdZBrlGhhw
-----END CERTIFICATE-----
";
}
