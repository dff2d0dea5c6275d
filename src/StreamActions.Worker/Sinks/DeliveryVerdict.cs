// What the broker's answer means for a stored event.
using Confluent.Kafka;

namespace StreamActions.Worker.Sinks;

/// <summary>What becomes of a stored event after an attempt at delivery.</summary>
internal enum DeliveryVerdict
{
    /// <summary>The broker has it.</summary>
    Delivered,

    /// <summary>It stays and is sent again: the fault lies with the broker, the network or the permissions, all of which can be mended.</summary>
    Held,

    /// <summary>It will never be accepted as it is.</summary>
    Refused,
}

/// <summary>Judges the broker's answers.</summary>
internal static class DeliveryVerdicts
{
    /// <summary>Judges an answer; null is success. Whatever is not known to be the event's own fault is held: better late than lost.</summary>
    public static DeliveryVerdict Of(Error? error) => error?.Code switch
    {
        null or ErrorCode.NoError => DeliveryVerdict.Delivered,
        ErrorCode.MsgSizeTooLarge or
        ErrorCode.InvalidMsgSize or
        ErrorCode.RecordListTooLarge or
        ErrorCode.InvalidRecord or
        ErrorCode.InvalidTimestamp or
        ErrorCode.UnsupportedForMessageFormat or
        ErrorCode.PolicyViolation => DeliveryVerdict.Refused,
        _ => DeliveryVerdict.Held,
    };
}
