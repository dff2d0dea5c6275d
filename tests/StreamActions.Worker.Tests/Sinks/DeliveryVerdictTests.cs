// Only errors that the event itself causes are final.
using Confluent.Kafka;
using StreamActions.Worker.Sinks;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class DeliveryVerdictTests
{
    [Fact]
    public void Of_EveryCode_RejectsOnlyInvalidEvents() =>
        Assert.Equal(
            [
                ErrorCode.InvalidMsgSize, ErrorCode.MsgSizeTooLarge, ErrorCode.RecordListTooLarge, ErrorCode.InvalidTimestamp,
                ErrorCode.UnsupportedForMessageFormat, ErrorCode.PolicyViolation, ErrorCode.InvalidRecord,
            ],
            Enum.GetValues<ErrorCode>().Distinct().Where(code => DeliveryVerdicts.Of(new Error(code)) == DeliveryVerdict.Rejected)
                .OrderBy(code => (int)code));

    [Fact]
    public void Of_NoError_IsDelivered()
    {
        Assert.Equal(DeliveryVerdict.Delivered, DeliveryVerdicts.Of(null));
        Assert.Equal(DeliveryVerdict.Delivered, DeliveryVerdicts.Of(new Error(ErrorCode.NoError)));
    }
}
