// Registers the services that store events and relay them.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Sinks;

/// <summary>Registers the services that store events and relay them.</summary>
internal static class SinkServices
{
    /// <summary>
    /// Adds the <see cref="EventStore"/> and, if Kafka is configured, the <see cref="KafkaRelay"/>. Hosted services stop in reverse order
    /// of registration. Call this before registering the services that append events, so that the relay can still send their last events.
    /// Resolving a service throws <see cref="SinkException"/> if its settings are invalid or its file cannot be used.
    /// </summary>
    public static IServiceCollection AddSinks(this IServiceCollection services, SinkOptions options)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SinkMetrics>();
        services.AddSingleton(provider => EventStore.Open(
            options.Store, relayed: options.Kafka is not null, provider.GetRequiredService<SinkMetrics>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EventStore>>()));
        if (options.Kafka is { } kafka)
        {
            services.AddHostedService(provider => new KafkaRelay(
                provider.GetRequiredService<EventStore>(), kafka, provider.GetRequiredService<SinkMetrics>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<KafkaRelay>>()));
        }

        return services;
    }
}
