//! Every case of Preflight as a test. The runtime is a type that is `preflight::runtime::Runtime` and `Default`.

preflight::harness!(preflight::runtime::adapters::Wasmi);
