// Classifies a broker's answer for one event.
using Confluent.Kafka;

namespace StreamActions.Worker.Sinks;

/// <summary>The result of one attempt to deliver an event.</summary>
internal enum DeliveryVerdict
{
    /// <summary>The broker confirmed the event.</summary>
    Delivered,

    /// <summary>A temporary fault of the broker, the network or the permissions. The event stays pending and is sent again.</summary>
    Retry,

    /// <summary>The event itself is invalid: the broker will never accept it.</summary>
    Rejected,
}

/// <summary>Classifies answers.</summary>
internal static class DeliveryVerdicts
{
    /// <summary>Classifies an answer; null is success. Unknown errors are retried: a late event is better than a lost one.</summary>
    public static DeliveryVerdict Of(Error? error) => error?.Code switch
    {
        null or ErrorCode.NoError => DeliveryVerdict.Delivered,
        ErrorCode.MsgSizeTooLarge or
        ErrorCode.InvalidMsgSize or
        ErrorCode.RecordListTooLarge or
        ErrorCode.InvalidRecord or
        ErrorCode.InvalidTimestamp or
        ErrorCode.UnsupportedForMessageFormat or
        ErrorCode.PolicyViolation => DeliveryVerdict.Rejected,
        _ => DeliveryVerdict.Retry,
    };
}
