//! Notes the time of the build, which no clock may fall behind; `SOURCE_DATE_EPOCH` sets it where builds are compared.

use std::time::SystemTime;

fn main() {
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let built = std::env::var("SOURCE_DATE_EPOCH").unwrap_or_else(|_| now.as_secs().to_string());
    println!("cargo:rustc-env=KIOSK_BUILT={built}");
}
