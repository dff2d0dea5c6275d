// Small frames, windows and steps of known content.
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

internal static class Pictures
{
    public static readonly View View = new("dock", null);

    /// <summary>A frame whose bytes all have one value, captured so many seconds after 1970-01-01.</summary>
    public static ViewFrame Frame(double seconds, byte value = 0, int bytes = 4, int generation = 1, View? view = null)
    {
        var frame = ViewFrame.Rent(bytes, view ?? View, generation, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds), arrivedAt: 0);
        frame.Pixels.Fill(value);
        return frame;
    }

    /// <summary>A step that is a window of one frame.</summary>
    public static WindowStep Step(View view, double seconds = 0) => new(new FrameWindow([Frame(seconds, view: view)]));

    /// <summary>Whether a frame's buffer was returned.</summary>
    public static bool IsReleased(ViewFrame frame)
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
