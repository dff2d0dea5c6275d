// Small frames and windows of known content.
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Tests.Windows;

internal static class Pictures
{
    public static readonly View View = new("dock", null);

    /// <summary>A frame of one value, so many seconds after 1970.</summary>
    public static ModelFrame Frame(double seconds, byte value = 0, int bytes = 4, long arrivedAt = 0)
    {
        var frame = ModelFrame.Rent(bytes, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds), arrivedAt);
        frame.Pixels.Fill(value);
        return frame;
    }

    /// <summary>A window of one frame.</summary>
    public static FrameWindow Window(View view, double seconds = 0, byte value = 0, int bytes = 4) => new(view, 1, [Frame(seconds, value, bytes)]);

    /// <summary>Whether a frame's buffer went back.</summary>
    public static bool IsReleased(ModelFrame frame)
    {
        try
        {
            _ = frame.Pixels.Length;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
