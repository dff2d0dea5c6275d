// The clips that a model takes: number of frames, sample rate, size and resize rule.
using System.Text.Json.Serialization;

namespace StreamActions.Core.Clips;

/// <summary>How a picture of any shape becomes the model's square input.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResizeRule>))]
public enum ResizeRule
{
    /// <summary>
    /// Scales the short side to the model's size and crops the middle square (CLIP's rule). The model does not see the rest.
    /// </summary>
    [JsonStringEnumMemberName("center-crop")]
    CenterCrop,

    /// <summary>Scales both sides to the model's size. The model sees the whole picture, with another aspect ratio.</summary>
    [JsonStringEnumMemberName("squash")]
    Squash,
}

/// <summary>The shape of the clips that a model was trained on.</summary>
/// <param name="Frames">Frames in a clip (T), at least 1.</param>
/// <param name="SampleFps">Frames per second of camera time, above 0.</param>
/// <param name="Size">Height and width of a model frame, in pixels.</param>
/// <param name="Resize">How a picture becomes square.</param>
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
