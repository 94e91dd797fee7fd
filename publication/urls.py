from django.urls import path

from publication import views

app_name = "publication"
urlpatterns = [
    path("look.css", views.look, name="look"),
    path("icon.svg", views.icon, name="icon"),
    path("about/", views.about, name="about"),
]
