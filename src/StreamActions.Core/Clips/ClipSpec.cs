// What a model wants to see: how many frames, how far apart, how large, and how a picture is made to fit.
using System.Text.Json.Serialization;

namespace StreamActions.Core.Clips;

/// <summary>How a picture of any shape becomes the square that the model sees.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResizeRule>))]
public enum ResizeRule
{
    /// <summary>The short side becomes the model's size, the middle square is kept (CLIP's own rule): what lies outside is not seen.</summary>
    [JsonStringEnumMemberName("center-crop")]
    CenterCrop,

    /// <summary>Both sides become the model's size, the aspect ratio is not kept: everything in the picture is seen.</summary>
    [JsonStringEnumMemberName("squash")]
    Squash,
}

/// <summary>The clips that a model was trained on, and therefore must be given.</summary>
/// <param name="Frames">Frames in a clip (T), at least 1.</param>
/// <param name="SampleFps">Frames per second of camera time at which a clip is sampled, above 0.</param>
/// <param name="Size">Height and width in pixels of the square picture that the network takes.</param>
/// <param name="Resize">How a camera's picture is made square.</param>
public sealed record ClipSpec(int Frames, double SampleFps, int Size, ResizeRule Resize)
{
    /// <summary>Bytes of one frame: Size × Size × RGB.</summary>
    [JsonIgnore]
    public int FrameBytes => Size * Size * 3;

    /// <summary>Bytes of one clip: Frames × Size × Size × RGB.</summary>
    [JsonIgnore]
    public int ClipBytes => Frames * FrameBytes;

    /// <summary>Camera time from one sampled frame to the next.</summary>
    [JsonIgnore]
    public TimeSpan FrameInterval => TimeSpan.FromSeconds(1 / SampleFps);
}
