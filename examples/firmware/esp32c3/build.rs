//! How images for this chip are linked.

fn main() {
    println!("cargo:rustc-link-arg-bins=-Tlinkall.x");
}
