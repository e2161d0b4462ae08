//! `error-code` of `wasi:http/types`.

use super::super::{
    define::Failure,
    typing::{record, variant},
};

record! {
    /// `DNS-error-payload`.
    DnsErrorPayload { rcode "rcode": Option<String>, info_code "info-code": Option<u16>, }
}

record! {
    /// `TLS-alert-received-payload`.
    TlsAlertReceivedPayload { alert_id "alert-id": Option<u8>, alert_message "alert-message": Option<String>, }
}

record! {
    /// `field-size-payload`.
    FieldSizePayload { field_name "field-name": Option<String>, field_size "field-size": Option<u32>, }
}

variant! {
    /// `error-code`.
    #[derive(Debug, Clone)]
    pub(in crate::wasi::p2) HttpError {
        DnsTimeout(()) "DNS-timeout",
        DnsError(DnsErrorPayload) "DNS-error",
        DestinationNotFound(()) "destination-not-found",
        DestinationUnavailable(()) "destination-unavailable",
        DestinationIpProhibited(()) "destination-IP-prohibited",
        DestinationIpUnroutable(()) "destination-IP-unroutable",
        ConnectionRefused(()) "connection-refused",
        ConnectionTerminated(()) "connection-terminated",
        ConnectionTimeout(()) "connection-timeout",
        ConnectionReadTimeout(()) "connection-read-timeout",
        ConnectionWriteTimeout(()) "connection-write-timeout",
        ConnectionLimitReached(()) "connection-limit-reached",
        TlsProtocolError(()) "TLS-protocol-error",
        TlsCertificateError(()) "TLS-certificate-error",
        TlsAlertReceived(TlsAlertReceivedPayload) "TLS-alert-received",
        HttpRequestDenied(()) "HTTP-request-denied",
        HttpRequestLengthRequired(()) "HTTP-request-length-required",
        HttpRequestBodySize(Option<u64>) "HTTP-request-body-size",
        HttpRequestMethodInvalid(()) "HTTP-request-method-invalid",
        HttpRequestUriInvalid(()) "HTTP-request-URI-invalid",
        HttpRequestUriTooLong(()) "HTTP-request-URI-too-long",
        HttpRequestHeaderSectionSize(Option<u32>) "HTTP-request-header-section-size",
        HttpRequestHeaderSize(Option<FieldSizePayload>) "HTTP-request-header-size",
        HttpRequestTrailerSectionSize(Option<u32>) "HTTP-request-trailer-section-size",
        HttpRequestTrailerSize(FieldSizePayload) "HTTP-request-trailer-size",
        HttpResponseIncomplete(()) "HTTP-response-incomplete",
        HttpResponseHeaderSectionSize(Option<u32>) "HTTP-response-header-section-size",
        HttpResponseHeaderSize(FieldSizePayload) "HTTP-response-header-size",
        HttpResponseBodySize(Option<u64>) "HTTP-response-body-size",
        HttpResponseTrailerSectionSize(Option<u32>) "HTTP-response-trailer-section-size",
        HttpResponseTrailerSize(FieldSizePayload) "HTTP-response-trailer-size",
        HttpResponseTransferCoding(Option<String>) "HTTP-response-transfer-coding",
        HttpResponseContentCoding(Option<String>) "HTTP-response-content-coding",
        HttpResponseTimeout(()) "HTTP-response-timeout",
        HttpUpgradeFailed(()) "HTTP-upgrade-failed",
        HttpProtocolError(()) "HTTP-protocol-error",
        LoopDetected(()) "loop-detected",
        ConfigurationError(()) "configuration-error",
        InternalError(Option<String>) "internal-error",
    }
}

impl From<HttpError> for Failure<HttpError> {
    fn from(error: HttpError) -> Self {
        Failure::Code(error)
    }
}
